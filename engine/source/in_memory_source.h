// Topics in memory, without a broker: the twin of the Kafka adapter, for tests of what reads and writes them.
//
// InMemoryCluster holds the topics and is where a test makes things go wrong; InMemorySource and InMemorySink are its
// clients. Groups work as Kafka's eager protocol does: whoever joins or leaves, every partition is taken back from all
// and then given anew, in even ranges; listeners are called on the cluster's own thread.
//
// Ownership: the cluster outlives sources, sinks, subscriptions and readers.
// Threads:   any.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "engine/event/partitioner.h"
#include "engine/source/event_source.h"

namespace kontor {

class InMemoryCluster {
 public:
  explicit InMemoryCluster(std::string cluster_id = "in-memory");
  ~InMemoryCluster();

  Status CreateTopic(const std::string& topic, int32_t partitions,
                     const std::map<std::string, std::string>& config = {});
  // Appends where the record says, else at partition 0, and gives the offset.
  Result<Offset> Append(OutRecord record);
  Result<Watermarks> WatermarksOf(const std::string& topic, Partition partition) const;
  // What CommitHint told last; nothing where it told none.
  std::optional<Offset> HintOf(const std::string& topic, Partition partition) const;

  // --- What goes wrong ---

  // Down: nothing can be asked, read or sent.
  void SetDown();
  void SetUp();
  // Retention: offsets below `low` are gone.
  void Truncate(const std::string& topic, Partition partition, Offset low);
  // Leaves a gap of so many offsets, as markers and aborted transactions do.
  void SkipOffsets(const std::string& topic, Partition partition, int64_t count);
  // The checksum of the record at the offset does not fit any more.
  void Corrupt(const std::string& topic, Partition partition, Offset offset);
  // Its readers meet DataLoss, also where a topic of that name comes again.
  void DeleteTopic(const std::string& topic);
  // From now on the broker stamps the records.
  void StampOnAppend(const std::string& topic);

 private:
  friend class InMemorySource;
  friend class InMemorySink;
  class State;
  class Reader;
  class Joined;
  const std::unique_ptr<State> state_;
};

class InMemorySource final : public EventSource {
 public:
  InMemorySource(InMemoryCluster* cluster, std::string group_id);

  Result<std::unique_ptr<Subscription>> Subscribe(const std::string& topic, AssignmentListener* listener) override;
  Result<std::unique_ptr<PartitionReader>> OpenPartition(const std::string& topic, Partition partition, Offset start,
                                                         std::chrono::milliseconds timeout) override;
  Result<std::optional<FetchedRecord>> FetchRecord(const std::string& topic, Partition partition, Offset offset,
                                                   std::chrono::milliseconds timeout) override;
  Result<TopicDescription> DescribeTopic(const std::string& topic, std::chrono::milliseconds timeout) override;
  Status CreateTopic(const std::string& topic, int32_t partitions, const std::map<std::string, std::string>& config,
                     std::chrono::milliseconds timeout) override;

 private:
  InMemoryCluster::State* const state_;
  const std::string group_id_;
};

// Delivers within Send.
class InMemorySink final : public EventSink {
 public:
  InMemorySink(InMemoryCluster* cluster, Partitioner partitioner);

  Status Send(OutRecord record, Delivered done) override;
  Status Flush(std::chrono::milliseconds timeout) override;

 private:
  InMemoryCluster::State* const state_;
  const Partitioner partitioner_;
};

}  // namespace kontor
