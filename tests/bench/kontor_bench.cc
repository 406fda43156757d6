// One step of the benchmark in a process of its own; tools/bench runs them all, and tests/bench/README.md says what
// each measures.
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <functional>
#include <map>
#include <string>

#include "tests/bench/steps.h"

namespace kontor::bench {
namespace {

int Run(int argc, char** argv) {
  spdlog::set_default_logger(spdlog::stderr_logger_mt("kontor_bench"));  // standard output is for results
  StepOptions options;
  const std::map<std::string, std::function<void()>> steps = {{"consume_raw", [&] { RunConsume(options, "raw"); }},
                                                              {"consume_parse", [&] { RunConsume(options, "parse"); }},
                                                              {"ingest_log", [&] { RunConsume(options, "log"); }},
                                                              {"ingest_views", [&] { RunIngest(options); }},
                                                              {"rebuild", [&] { RunRebuild(options); }},
                                                              {"check", [&] { RunCheck(options); }},
                                                              {"read", [&] { RunRead(options); }}};
  CLI::App app("One step of the benchmark of Kontor");
  std::string step;
  app.add_option("STEP", step)->required()->check(CLI::IsMember(steps));
  app.add_option("--brokers", options.brokers);
  app.add_option("--topic", options.topic)->required();
  app.add_option("--folder", options.folder);
  app.add_option("--records", options.records, "How many the topic holds");
  app.add_option("--accounts", options.accounts);
  app.add_option("--seconds", options.seconds);
  app.add_option("--without", options.without, "value, growth, satisfaction or portfolio; may be given again");
  CLI11_PARSE(app, argc, argv);
  steps.at(step)();
  return 0;
}

}  // namespace
}  // namespace kontor::bench

int main(int argc, char** argv) { return kontor::bench::Run(argc, argv); }
