// Whether a shard may go on from where its stores stand: the topic must be the one that its log was written from, and
// its views must be folds of that log. What is not is never followed: the error says both sides and what to do.
#pragma once

#include <string>

#include "engine/base/status.h"
#include "engine/log/event_log.h"
#include "engine/shard/shard_status.h"
#include "engine/source/event_source.h"
#include "engine/views/view_store.h"

namespace kontor {

// Whether the topic is the log's by cluster and number of partitions; FailedPrecondition where it is not.
Status CheckFacts(const LogOwner& owner, const TopicFacts& facts);

// Whether the log's last record is the one that the broker holds at its offset: DataLoss where it is not. Unavailable:
// the broker does not answer, try again.
Status CheckTail(const ShardId& shard, const EventLog& log, EventSource* source);

// Whether the views may be followed on from; OK also where they must be folded anew, which `anew` then says.
Status CheckViews(const Checkpoint& checkpoint, const EventLog& log, const std::string& zone, bool* anew);

}  // namespace kontor
