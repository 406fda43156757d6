// Fills a topic with the workload of the benchmarks, and says what a correct reader of it must find.
//
//   kontor_load BROKERS TOPIC PARTITIONS EVENTS ACCOUNTS
//
// Makes the topic, with the broker's append time on its records, and TOPIC.reference with exchange rates; sends EVENTS
// records as fast as it can, and prints
// what it sent by now as one JSON line. Then, for each line "RATE SECONDS" on its standard input, it makes so many more
// ready, so that making them takes nothing from whom it is sent to, and prints {"ready": how many}; for the line "go"
// it sends them at so many a second, and prints a line of what was sent again. It ends with its input.
#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "engine/source/kafka_client.h"
#include "engine/source/kafka_source.h"
#include "tests/bench/workload.h"

namespace kontor::bench {
namespace {

using std::chrono::steady_clock;

constexpr uint64_t kSeed = 1;
constexpr std::chrono::seconds kTimeout{60};

[[noreturn]] void Die(const std::string& why) {
  fmt::print(stderr, "kontor_load: {}\n", why);
  std::exit(1);
}

class Producer {
 public:
  Producer(const std::string& brokers, const std::string& topic) {
    KafkaOptions options;
    options.brokers = brokers;
    // An idempotent producer has five requests on their way at most, and librdkafka 2.0.2 spins for as long as they
    // are: under a busy broker it took up to a core from what it measures. Without retries order and number of the
    // records are as sure, for what fails ends the run.
    const std::vector<KafkaProperty> properties = {{"enable.idempotence", "false"},
                                                   {"retries", "0"},
                                                   {"linger.ms", "20"},
                                                   {"batch.size", "1000000"},
                                                   {"compression.type", "lz4"},
                                                   {"delivery.report.only.error", "true"},
                                                   {"partitioner", "murmur2_random"},
                                                   {"queue.buffering.max.messages", "1000000"},
                                                   {"queue.buffering.max.kbytes", "524288"}};
    Result<KafkaConf> conf = NewKafkaConf(options, properties, {});
    if (!conf.ok()) Die(std::string(Text(conf.status())));
    rd_kafka_conf_set_opaque(conf->get(), this);
    rd_kafka_conf_set_dr_msg_cb(conf->get(), [](rd_kafka_t*, const rd_kafka_message_t* message, void* producer) {
      if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) ++static_cast<Producer*>(producer)->failed_;
    });
    Result<KafkaClient> client = NewKafkaClient(RD_KAFKA_PRODUCER, *std::move(conf));
    if (!client.ok()) Die(std::string(Text(client.status())));
    client_ = *std::move(client);
    topic_.reset(rd_kafka_topic_new(client_.get(), topic.c_str(), nullptr));
  }

  void Send(const Workload::Record& record) {
    void* const value = const_cast<char*>(record.value.data());  // copied, not written to
    while (rd_kafka_produce(topic_.get(), RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, value, record.value.size(),
                            record.key.data(), record.key.size(), nullptr) != 0) {
      if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL) Die(rd_kafka_err2str(rd_kafka_last_error()));
      rd_kafka_poll(client_.get(), 10);
    }
    if (++sent_ % 1'024 == 0) Poll();
  }
  void Poll() { rd_kafka_poll(client_.get(), 0); }
  // Waits for every acknowledgement.
  void Flush() {
    while (rd_kafka_outq_len(client_.get()) > 0) rd_kafka_poll(client_.get(), 100);
    if (failed_ > 0) Die(fmt::format("{} records were not acknowledged", failed_));
  }

 private:
  KafkaClient client_;
  KafkaTopic topic_;
  uint64_t sent_ = 0;
  uint64_t failed_ = 0;
};

void MakeTopic(const std::string& brokers, const std::string& topic, int32_t partitions) {
  KafkaOptions options;
  options.brokers = brokers;
  const Result<std::unique_ptr<KafkaSource>> source = KafkaSource::Open(options);
  if (!source.ok()) Die(std::string(Text(source.status())));
  const Status made = (*source)->CreateTopic(
      topic, partitions, {{"retention.ms", "-1"}, {"message.timestamp.type", "LogAppendTime"}}, kTimeout);
  if (!made.ok()) Die(std::string(Text(made)));
}

void Print(const Totals& totals, double seconds) {
  fmt::print(
      "{{\"records\":{},\"accepted\":{},\"duplicates\":{},\"late\":{},\"key_bytes\":{},\"value_bytes\":{},\"seconds\":{"
      ":.3f},"
      "\"sums\":{},\"prints\":{}}}\n",
      totals.records, totals.accepted, totals.duplicates, totals.late, totals.key_bytes, totals.value_bytes, seconds,
      SumsJson(totals.sums), PrintsJson(totals.prints));
  std::fflush(stdout);
}

double SecondsSince(steady_clock::time_point begin) {
  return std::chrono::duration<double>(steady_clock::now() - begin).count();
}

std::vector<Workload::Record> Ready(uint64_t count, Workload* workload) {
  std::vector<Workload::Record> records;
  records.reserve(count);
  while (records.size() < count) records.push_back(workload->Next());
  return records;
}

void SendPaced(double rate, const std::vector<Workload::Record>& records, Producer* producer) {
  constexpr std::chrono::milliseconds kBeat{10};
  const auto begin = steady_clock::now();
  for (size_t sent = 0; sent < records.size();) {
    const size_t due = std::min(records.size(), static_cast<size_t>(rate * SecondsSince(begin)));
    for (; sent < due; ++sent) producer->Send(records[sent]);
    producer->Poll();
    std::this_thread::sleep_for(kBeat);
  }
}

int Main(int argc, char** argv) {
  spdlog::set_default_logger(spdlog::stderr_logger_mt("kontor_load"));  // standard output is for results
  if (argc != 6) Die("give BROKERS TOPIC PARTITIONS EVENTS ACCOUNTS");
  const uint64_t events = std::strtoull(argv[4], nullptr, 10);
  const uint64_t accounts = std::strtoull(argv[5], nullptr, 10);
  if (events == 0 || accounts == 0) Die("EVENTS and ACCOUNTS are 1 or more");
  MakeTopic(argv[1], argv[2], std::atoi(argv[3]));
  const std::string reference = std::string(argv[2]) + ".reference";
  MakeTopic(argv[1], reference, 1);
  Producer rates(argv[1], reference);
  for (const Workload::Record& rate : Workload::Rates()) rates.Send(rate);
  rates.Flush();
  Workload workload(kSeed, events, accounts);
  Producer producer(argv[1], argv[2]);
  auto begin = steady_clock::now();
  for (uint64_t i = 0; i < events; ++i) producer.Send(workload.Next());
  producer.Flush();
  Print(workload.totals(), SecondsSince(begin));

  double rate = 0;
  double seconds = 0;
  while (std::scanf("%lf %lf", &rate, &seconds) == 2) {
    const auto more = static_cast<uint64_t>(rate * seconds) + 1;
    workload.set_step_nanos(std::min(workload.step_nanos(), Workload::kSpanMoreNanos / static_cast<int64_t>(more)));
    const std::vector<Workload::Record> records = Ready(more, &workload);
    fmt::print("{{\"ready\":{}}}\n", records.size());
    std::fflush(stdout);
    std::array<char, 4> go{};
    if (std::scanf("%3s", go.data()) != 1) break;
    begin = steady_clock::now();
    SendPaced(rate, records, &producer);
    producer.Flush();
    Print(workload.totals(), SecondsSince(begin));
  }
  return 0;
}

}  // namespace
}  // namespace kontor::bench

int main(int argc, char** argv) { return kontor::bench::Main(argc, argv); }
