// Test support: the command line from its words to what it prints, over readings and a sink that the test decides.
#pragma once

#include <gmock/gmock.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "engine/server/fake_queries.h"
#include "tools/kontor/cli.h"
#include "tools/kontor/golden.h"
#include "tools/kontor/sample_views.h"

namespace kontor {

// What a sink was given, and what it makes of it.
struct SinkRecord {
  std::vector<OutRecord> sent;
  std::function<Status(const OutRecord&)> answer = [](const OutRecord&) { return OkStatus(); };
};

// Acknowledges at the flush, as a broker that is far away does.
class FakeSink final : public EventSink {
 public:
  explicit FakeSink(SinkRecord* record) : record_(record) {}
  Status Send(OutRecord record, Delivered done) override {
    record_->sent.push_back(std::move(record));
    waiting_.push_back(std::move(done));
    return OkStatus();
  }
  Status Flush(std::chrono::milliseconds) override {
    for (size_t i = 0; i < waiting_.size(); ++i)
      waiting_[i](record_->answer(record_->sent[i]), Partition(0), Offset(7));
    waiting_.clear();
    return OkStatus();
  }

 private:
  SinkRecord* const record_;
  std::vector<Delivered> waiting_;
};

class CliTest : public ::testing::Test {
 protected:
  CliTest() {
    FillWithSamples(&queries_);
    wiring_.open_queries = [this](const FolderOptions& options) -> Result<std::shared_ptr<const Queries>> {
      folder_ = options;
      if (folder_.digest_progress) folder_.digest_progress(1, 2);
      return std::shared_ptr<const Queries>(std::shared_ptr<void>(), &queries_);
    };
    wiring_.open_sink = [this](const BrokerOptions& options) -> Result<std::unique_ptr<EventSink>> {
      broker_ = options;
      return std::make_unique<FakeSink>(&sink_);
    };
    wiring_.serve = [this](const ServeOptions& options, const Console&) {
      served_ = options;
      return 7;
    };
    wiring_.demo = [this](const DemoCommandOptions& options, const Console&) {
      demonstrated_ = options;
      return 8;
    };
    wiring_.rebuild = [this](const RebuildOptions& options, const Console&) {
      rebuilt_ = options;
      return 9;
    };
    wiring_.doctor = [this](const DoctorOptions& options, const Console&) {
      examined_ = options;
      return 6;
    };
    wiring_.version.set_version("1.2.3");
    console_.in = &in_;
    console_.out = &out_;
    console_.err = &err_;
  }

  int Run(const std::vector<std::string>& arguments) {
    out_.str("");
    err_.str("");
    return RunKontor(arguments, wiring_, console_);
  }
  // Of a stopped engine's folder.
  int Read(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--data-dir", "d"});
    return Run(arguments);
  }

  void ExpectGolden(const std::string& name) { kontor::ExpectGolden(out_.str(), name); }

  FakeQueries queries_;
  ChangeFeed feed_;
  SinkRecord sink_;
  Wiring wiring_;
  std::istringstream in_;
  std::ostringstream out_;
  std::ostringstream err_;
  Console console_;
  FolderOptions folder_;
  BrokerOptions broker_;
  ServeOptions served_;
  DemoCommandOptions demonstrated_;
  RebuildOptions rebuilt_;
  DoctorOptions examined_;
};

}  // namespace kontor
