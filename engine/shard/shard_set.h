// All shards of an instance: which partitions are ours, and who answers for an account.
//
// Shards that stand in the data directory are opened at once and answer from what they know, whether the broker is
// there or not; a thread of the set meanwhile asks the broker for the topics, makes those of ours that are missing,
// joins the group and opens the reference topic. A partition that is taken away is no longer read from, here or by
// anybody.
//
// Ownership:   what the config points to must outlive it.
// Threads:     Open and Close by one owner; AssignmentListener by the source's thread; the rest by any.
// Errors:      of Open: FailedPrecondition, the data directory is of other topics; whatever the stores say. A shard
//              that fails is named in readiness(), and the others go on.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/shard/dead_letters.h"
#include "engine/shard/disposition_map.h"
#include "engine/shard/shard.h"

namespace kontor {

struct ShardSetConfig {
  std::string events_topic = "kontor.events";
  std::string reference_topic = "kontor.reference";
  std::string rejected_topic = "kontor.rejected";
  Partitioner partitioner = Partitioner::kMurmur2;
  ShardLimits limits;
  ShardStores* stores = nullptr;
  EventSource* source = nullptr;  // null: what stands in the data directory is read, nothing more
  EventSink* sink = nullptr;      // of dead letters; null where source is
  const AccountFold* fold = nullptr;
  ShardObserver* observer = nullptr;
  // Ends the process, having said why.
  std::function<void(const Status&)> fatal;
  // Whether to fold the views of every stored shard anew, and who is told how far that is, or catching up.
  bool rebuild = false;
  std::function<void(const ShardId& shard, Position folded, Position end)> progress;
  // How long until the broker is asked again for what it refused or did not have.
  std::chrono::milliseconds ask_again_min{500};
  std::chrono::milliseconds ask_again_max{30'000};
};

struct ReadinessWords {
  std::vector<std::string> reasons;   // why an instance is not ready
  std::vector<std::string> warnings;  // what works, but not whole
};

class ShardSet final : public AssignmentListener {
 public:
  explicit ShardSet(ShardSetConfig config);
  ~ShardSet() override;  // as Close

  // Opens what is stored and starts to ask the broker. Does not wait for either. InvalidArgument where one topic has
  // two roles.
  Status Open();
  // Leaves the group and stops every shard, having committed. Takes no longer than a batch and a commit.
  void Close();
  // Waits until every stored shard runs, or has failed; gives the first failure.
  Status WaitUntilCaughtUp() const;

  // --- AssignmentListener ---
  Result<Offset> StartOffset(Partition partition, const TopicFacts& facts) override;
  void OnGiven(const std::vector<Partition>& partitions) override;
  void OnAssigned(Partition partition, std::unique_ptr<PartitionReader> reader) override;
  void OnRevoked(Partition partition) override;

  // --- Any thread ---

  // Whether it reads on from Kafka; else what stands in the data directory is all.
  bool reads_on() const { return config_.source != nullptr; }
  // The events shards by partition, failed ones included. A shard stays good while it is held.
  std::vector<std::shared_ptr<Shard>> events() const;
  // Null where there is none yet.
  std::shared_ptr<Shard> reference() const;
  // The events shard that the account is on. Unavailable, naming the partition, where it is not ours.
  Result<std::shared_ptr<Shard>> ShardOf(const AccountId& account) const;
  // By topic and partition, the reference shard included. NotFound where it is not ours.
  Result<std::shared_ptr<Shard>> Find(const ShardId& id) const;
  // Of the events topic; 0 while not known.
  int32_t partition_count() const;
  // Empty while not known.
  std::string cluster_id() const;
  // Whether the dead-letter topic has what the shard refused at the position.
  bool DeadLetterSent(const ShardId& id, Position position) const;
  // What the instance keeps beside its shards. Requires: opened.
  InstanceStore* instance() const { return instance_.get(); }
  // Which dispositions the shards' logs hold where. Requires: opened.
  DispositionMap* dispositions() const { return dispositions_.get(); }
  // Refused records that wait to be sent, as far as known.
  int64_t dead_letters_waiting() const;

  // Every shard's that is ours, the reference shard included.
  std::vector<ShardStatus> statuses() const;
  std::vector<ShardFigures> figures() const;
  SourceFigures source_figures() const;
  // Whether every shard's thread does what it should, as Shard::IsAlive.
  bool IsAlive(std::chrono::steady_clock::duration patience) const;

  ReadinessWords readiness() const;

 private:
  // What the broker said of one of our topics.
  struct TopicWord {
    bool settled = false;
    std::string reason{};   // why not ready
    std::string warning{};  // what is not whole
  };

  struct Held {
    std::shared_ptr<Shard> shard;
    bool ours = true;  // to read; a shard whose partition was taken away stays open, should it come back
  };

  // Opens a shard and starts it. It is held also where that fails, and says why. Without facts, null where it has no
  // log; with them, one is made.
  std::shared_ptr<Shard> OpenShard(const ShardId& id, const std::optional<TopicFacts>& facts);
  std::shared_ptr<Shard> HeldShard(const ShardId& id) const;
  std::vector<std::shared_ptr<Shard>> OurShards() const;
  std::vector<std::shared_ptr<Shard>> AllShards() const;
  void AddWords(const Shard& shard, ReadinessWords* words) const;
  ShardId EventsShard(Partition partition) const { return {config_.events_topic, partition}; }
  ShardId ReferenceShard() const { return {config_.reference_topic, Partition(0)}; }

  std::string WrongPartitionText(const std::string& name, int64_t records) const;

  // The asking thread.
  void Ask();
  TopicWord AskForEvents();
  TopicWord AskForReference();
  TopicWord AskForRejected();
  // Describes the topic; makes it, with one partition and without limits, where it is missing.
  Result<TopicDescription> DescribeOrMake(const std::string& topic);

  ShardSetConfig config_;
  std::unique_ptr<InstanceStore> instance_;
  std::unique_ptr<DispositionMap> dispositions_;
  std::unique_ptr<DeadLetters> dead_letters_;
  std::unique_ptr<Subscription> subscription_;  // set once, by the asking thread, under mutex_
  std::thread asking_;

  mutable std::mutex mutex_;
  std::condition_variable stopping_;
  bool closing_ = false;
  std::map<ShardId, Held> shards_;
  int32_t partition_count_ = 0;
  TopicWord events_word_;
  TopicWord reference_word_;
  TopicWord rejected_word_;
  std::atomic<bool> wrong_partition_told_ = false;
};

}  // namespace kontor
