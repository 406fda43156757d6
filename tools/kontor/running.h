// The commands that run an engine: serve, demo and rebuild. main.cc hands them to the command line.
#pragma once

#include <memory>

#include "engine/base/status.h"
#include "engine/query/queries.h"
#include "tools/kontor/console.h"
#include "tools/kontor/options.h"

namespace kontor {

// Where a server with these options answers, once it listens on the port.
std::string UrlOf(const HttpServerOptions& options, uint16_t port);

// Says why an engine does not run: as every command says it, and among JSON as a line of the log, for a program reads
// these. The exit code. Requires: the log is set up so.
int NotRun(const Status& why, const LogOptions& log, const Console& console);

// Serves until SIGTERM or SIGINT, then stops cleanly. Each returns the exit code.
int RunServe(const ServeOptions& serve, const Console& console);
int RunDemo(const DemoCommandOptions& options, const Console& console);
int RunRebuild(const RebuildOptions& rebuild, const Console& console);

// The readings of a stopped engine's folder, which stays open as long as they are held.
Result<std::shared_ptr<const Queries>> OpenFolder(const FolderOptions& folder);

}  // namespace kontor
