// One running engine: the concrete parts, wired together. Nothing else knows them all.
//
// Ownership: what the options point to must outlive it.
// Threads:   Open and Close by one owner; queries() and feed() by any.
// Errors:    of Open: whatever the folder and the options say. A broker that is away is no error: readings answer from
//            what is stored, and readiness says what is missing.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "engine/base/civil.h"
#include "engine/base/clock.h"
#include "engine/base/money.h"
#include "engine/metrics/exposition.h"
#include "engine/query/change_feed.h"
#include "engine/query/queries.h"
#include "engine/shard/shard_set.h"
#include "engine/source/kafka_options.h"
#include "kontor/api/v1/api.pb.h"

namespace kontor {

struct InstanceOptions {
  std::string data_dir;
  // Not given: a stopped engine's folder is read, and nothing more.
  std::optional<KafkaOptions> kafka;
  Partitioner partitioner = Partitioner::kMurmur2;
  std::string events_topic = "kontor.events";
  std::string reference_topic = "kontor.reference";
  std::string rejected_topic = "kontor.rejected";
  // What figures are told in, unless it is as before (Reporting).
  std::optional<Currency> currency;
  std::optional<Zone> zone;
  const Clock* clock = nullptr;
  bool rebuild = false;
  // Told, on shards' threads, how far the views follow the logs. May be empty.
  std::function<void(const ShardId& shard, Position folded, Position end)> progress;
  // Told, on the thread that asks for digests, how far these are. May be empty.
  std::function<void(uint64_t records, uint64_t total)> digest_progress;
};

class Instance {
 public:
  static Result<std::unique_ptr<Instance>> Open(const InstanceOptions& options);
  ~Instance();  // as Close

  // Has answers that take long (digests) given up, so that whoever waits for the running ones does not wait for those.
  void StopAnswering();
  // Stops reading, commits and lets go of the folder.
  void Close();

  const Queries& queries() const;
  ChangeFeed& feed() const;
  const ShardSet& shards() const;
  EngineFigures figures() const;

 private:
  struct Parts;
  explicit Instance(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

api::v1::VersionInfo ThisVersion();

}  // namespace kontor
