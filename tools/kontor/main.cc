// kontor: event-sourced account tracking. The binary: the command line on the engine's concrete parts.
#include <unistd.h>

#include <chrono>
#include <ios>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/source/kafka_sink.h"
#include "tools/kontor/cli.h"
#include "tools/kontor/doctor/doctor.h"
#include "tools/kontor/instance.h"
#include "tools/kontor/logging.h"
#include "tools/kontor/running.h"

namespace kontor {
namespace {

// A broker on the other side of the world answers sooner.
constexpr std::chrono::seconds kBrokerTime{5};
// A topic that is just being made is known everywhere by then; librdkafka would wait half a minute for one that is not
// there.
constexpr const char* kTopicMillis = "3000";

Environment KontorVariables() {
  Environment variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const size_t equals = text.find('=');
    if (equals == std::string_view::npos || !text.starts_with("KONTOR_")) continue;
    variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

int Run(int argc, char** argv) {
  // What is printed is for whoever reads the output; what is logged goes to standard error.
  SetUpLog(LogOptions());
  // C++ streams alone are used, so they need not keep step with C's.
  std::ios::sync_with_stdio(false);

  Wiring wiring;
  wiring.serve = RunServe;
  wiring.demo = RunDemo;
  wiring.rebuild = RunRebuild;
  wiring.doctor = RunDoctor;
  wiring.open_queries = OpenFolder;
  wiring.open_sink = [](const BrokerOptions& broker) -> Result<std::unique_ptr<EventSink>> {
    KafkaOptions kafka = broker.kafka;
    kafka.properties.emplace("log_level", "2");  // what is wrong is said by the command itself
    kafka.properties.emplace("topic.metadata.propagation.max.ms", kTopicMillis);
    Result<std::unique_ptr<KafkaSink>> sink = KafkaSink::Open(kafka, broker.partitioner);
    if (!sink.ok()) return sink.status();
    KONTOR_RETURN_IF_ERROR((*sink)->CheckBroker(kBrokerTime));
    return *std::move(sink);
  };
  wiring.version = ThisVersion();
  wiring.environment = KontorVariables();
  return RunKontor(std::vector<std::string>(argv + 1, argv + argc), wiring, SystemConsole());
}

}  // namespace
}  // namespace kontor

int main(int argc, char** argv) { return kontor::Run(argc, argv); }
