#include "tools/kontor/doctor/broker_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "engine/base/clock.h"
#include "tools/kontor/doctor/topic_checks.h"

namespace kontor {
namespace {

constexpr std::chrono::seconds kAnswerTime{5};
constexpr int64_t kRecordsAPartition = 200;
constexpr size_t kBytesAPartition = 4 << 20;
// Each is read by a client of its own.
constexpr int32_t kPartitionsSampled = 8;

// The newest records of a partition.
Status SamplePartition(KafkaSource* source, const std::string& topic, Partition partition, RecordSample* sample) {
  KONTOR_ASSIGN_OR_RETURN(const Watermarks ends, source->PartitionEnds(topic, partition, kAnswerTime));
  const int64_t start = std::max(ends.low, ends.high - kRecordsAPartition);
  if (start >= ends.high) return OkStatus();
  KONTOR_ASSIGN_OR_RETURN(const auto reader, source->OpenPartition(topic, partition, Offset(start), kAnswerTime));
  const auto until = std::chrono::steady_clock::now() + kAnswerTime;
  while (std::chrono::steady_clock::now() < until) {
    const Result<Batch> batch = reader->Poll(kRecordsAPartition, kBytesAPartition, std::chrono::milliseconds(200));
    if (batch.status().code() == StatusCode::kUnavailable) continue;
    KONTOR_RETURN_IF_ERROR(batch.status());
    for (const RawRecord& record : batch->records) sample->Add(partition, record);
    if (batch->at_end || batch->next_offset.value() >= ends.high) return OkStatus();
  }
  return OkStatus();  // what came is a sample too
}

void CheckRecords(KafkaSource* source, const std::string& topic, int32_t partitions, Partitioner partitioner,
                  Checks* checks) {
  RecordSample sample(partitions, partitioner);
  const int32_t read = std::min(partitions, kPartitionsSampled);
  for (int32_t i = 0; i < read; ++i) {
    const Partition partition(static_cast<int32_t>(int64_t{i} * partitions / read));  // spread over all
    const Status status = SamplePartition(source, topic, partition, &sample);
    if (status.ok()) continue;
    checks->push_back(Ill("partitioner",
                          fmt::format("{}/{} cannot be read: {}", topic, partition.value(), Text(status)),
                          "see that the broker lets this user read it"));
    return;
  }
  checks->push_back(JudgePartitioner(topic, sample));
  checks->push_back(JudgeStamps(sample, SystemClock().Now()));
}

}  // namespace

BrokerReport CheckBroker(const BrokerOptions& broker, const TopicOptions& topics) {
  BrokerReport report;
  const std::string about = "broker";
  KafkaOptions options = broker.kafka;
  options.group_id.clear();                      // nothing is joined
  options.properties.emplace("log_level", "2");  // what is wrong is told here
  const Result<std::unique_ptr<KafkaSource>> source = KafkaSource::Open(options);
  if (!source.ok()) {
    report.checks.push_back(
        Ill(about, std::string(Text(source.status())), "mend that setting of librdkafka, or leave it out (--kafka)"));
    return report;
  }
  const Result<ClusterFacts> cluster = (*source)->DescribeCluster(kAnswerTime);
  if (!cluster.ok()) {
    report.checks.push_back(Ill(about, Text(cluster.status())));
    for (const char* left : {"topics", "partitioner"}) {
      report.checks.push_back(Doubtful(left, "not checked, for no broker answers", "mend the broker, and ask again"));
    }
    return report;
  }
  report.cluster_id = cluster->id;
  report.checks.push_back(
      Well(about, fmt::format("{} broker{} at {}, cluster {}", cluster->brokers, cluster->brokers == 1 ? "" : "s",
                              options.brokers, cluster->id.empty() ? "without a name" : cluster->id)));
  for (const auto& [use, topic] : {std::pair(TopicUse::kEvents, topics.events),
                                   {TopicUse::kReference, topics.reference},
                                   {TopicUse::kRejected, topics.rejected}}) {
    const Result<TopicDescription> described = (*source)->DescribeTopic(topic, kAnswerTime);
    for (Check& check : JudgeTopic(use, topic, described)) report.checks.push_back(std::move(check));
    if (use != TopicUse::kEvents) continue;
    if (!described.ok()) {
      report.checks.push_back(Doubtful("partitioner", fmt::format("not checked, for {} was not found", topic),
                                       "mend the topic, and ask again"));
      continue;
    }
    CheckRecords(source->get(), topic, described->facts.partition_count, broker.partitioner, &report.checks);
  }
  return report;
}

}  // namespace kontor
