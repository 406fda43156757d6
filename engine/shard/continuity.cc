#include "engine/shard/continuity.h"

#include <google/protobuf/arena.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <optional>

#include "engine/base/sha256.h"
#include "engine/shard/logged_event.h"
#include "projections/account/fold.h"

namespace kontor {
namespace {

constexpr std::chrono::milliseconds kFetchTimeout{10'000};

}  // namespace

Status CheckFacts(const LogOwner& owner, const TopicFacts& facts) {
  if (!owner.cluster_id.empty() && !facts.cluster_id.empty() && owner.cluster_id != facts.cluster_id) {
    return FailedPrecondition(
        "the log was written from Kafka cluster {}, and the brokers given are of cluster {}: give the brokers "
        "of the first, or another --data-dir",
        owner.cluster_id, facts.cluster_id);
  }
  if (facts.partition_count != owner.partition_count) {
    return FailedPrecondition(
        "topic {} has {} partitions, and the log was made when it had {}: accounts would change their shards. "
        "Put the events on a new topic with the number of partitions that you want, and read that one into another "
        "--data-dir",
        owner.topic, facts.partition_count, owner.partition_count);
  }
  return OkStatus();
}

Status CheckTail(const ShardId& shard, const EventLog& log, EventSource* source) {
  if (log.End() == Position(0)) return OkStatus();
  const Position at = log.End() - 1;
  google::protobuf::Arena arena;
  KONTOR_ASSIGN_OR_RETURN(const LoggedRecord stored, ReadLogged(log, at, &arena));
  const Offset offset(stored.record->offset());
  KONTOR_ASSIGN_OR_RETURN(const std::optional<FetchedRecord> fetched,
                          source->FetchRecord(shard.topic, shard.partition, offset, kFetchTimeout));
  if (!fetched) {
    spdlog::info("{}: the topic no longer holds offset {}, the last one stored: not compared", ShardName(shard),
                 offset.value());
    return OkStatus();
  }
  const RawRecord ours = RawRecordOf(*stored.record);
  const RawRecord& theirs = fetched->record;
  if (ours.key == theirs.key && ours.value == theirs.value && ours.timestamp_ms == theirs.timestamp_ms) {
    return OkStatus();
  }
  return DataLoss(
      "topic {} was made anew: its record at offset {} is not the one that the log holds at position {}. Read it "
      "into another --data-dir, or restore the topic",
      shard.topic, offset.value(), at.value());
}

Status CheckViews(const Checkpoint& checkpoint, const EventLog& log, const std::string& zone, bool* anew) {
  *anew = false;
  const Position at = checkpoint.position;
  if (at == Position(0)) return OkStatus();
  if (checkpoint.fold_version > kFoldVersion) {
    return FailedPrecondition(
        "the views were folded by a newer kontor (fold version {}, this one has {}): run that one, or "
        "fold them anew with this one (kontor rebuild)",
        checkpoint.fold_version, kFoldVersion);
  }
  if (at > log.End()) {
    return FailedPrecondition(
        "the views stand at position {}, and the log ends at {}: it was cut, or is an older copy. "
        "Restore the log that belongs to them, or fold them anew (kontor rebuild)",
        at.value(), log.End().value());
  }
  KONTOR_ASSIGN_OR_RETURN(const std::string last_record, log.Read(at - 1));
  if (Sha256::Of(last_record) != checkpoint.last_record) {
    return FailedPrecondition(
        "the views stand at position {}, behind another record than the log (which ends at {}) holds "
        "there: they are not of this log. Restore the log that belongs to them, or fold them anew "
        "(kontor rebuild)",
        at.value(), log.End().value());
  }
  *anew = checkpoint.fold_version != kFoldVersion || checkpoint.zone != zone;
  return OkStatus();
}

}  // namespace kontor
