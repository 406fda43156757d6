// The parts that the command line stands on, handed in so that commands can be tried without a broker and a disk.
#pragma once

#include <functional>
#include <memory>

#include "engine/base/status.h"
#include "engine/query/queries.h"
#include "engine/source/event_source.h"
#include "kontor/api/v1/api.pb.h"
#include "tools/kontor/console.h"
#include "tools/kontor/options.h"
#include "tools/kontor/settings.h"

namespace kontor {

struct Wiring {
  // Each runs to its end and returns the exit code.
  std::function<int(const ServeOptions&, const Console&)> serve;
  std::function<int(const DemoCommandOptions&, const Console&)> demo;
  std::function<int(const RebuildOptions&, const Console&)> rebuild;
  std::function<int(const DoctorOptions&, const Console&)> doctor;

  std::function<Result<std::shared_ptr<const Queries>>(const FolderOptions&)> open_queries;
  std::function<Result<std::unique_ptr<EventSink>>(const BrokerOptions&)> open_sink;

  api::v1::VersionInfo version;
  Environment environment;  // the variables that begin with KONTOR_
};

}  // namespace kontor
