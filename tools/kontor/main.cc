// kontor: event-sourced account tracking. The binary: the command line on the engine's concrete parts.
#include <ios>
#include <string>
#include <vector>

#include "engine/source/kafka_sink.h"
#include "tools/kontor/cli.h"
#include "tools/kontor/instance.h"
#include "tools/kontor/logging.h"
#include "tools/kontor/running.h"

int main(int argc, char** argv) {
  using namespace kontor;
  // What is printed is for whoever reads the output; what is logged goes to standard error.
  SetUpLog(LogOptions());
  // C++ streams alone are used, so they need not keep step with C's.
  std::ios::sync_with_stdio(false);

  Wiring wiring;
  wiring.serve = RunServe;
  wiring.demo = RunDemo;
  wiring.rebuild = RunRebuild;
  wiring.open_queries = OpenFolder;
  wiring.open_sink = [](const BrokerOptions& broker) -> Result<std::unique_ptr<EventSink>> {
    return KafkaSink::Open(broker.kafka, broker.partitioner);
  };
  wiring.version = ThisVersion();
  return RunKontor(std::vector<std::string>(argv + 1, argv + argc), wiring, SystemConsole());
}
