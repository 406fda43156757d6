// Our part in a consumer group of Kafka.
//
// One thread joins, serves the client's events, asks the listener for start offsets, assigns, and takes back. The
// protocol is the eager one: every rebalance takes all partitions back and gives them anew. That is what librdkafka 2.0
// does without losing an assignment or a record: offsets are part of each assignment, and nothing is read across one.
//
//   awaiting the topic -> joined <-> assigned -> left
//                           any of them -> ended (fenced, or another fatal error of the client) -> left
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "engine/source/event_source.h"
#include "engine/source/kafka_client.h"
#include "engine/source/kafka_reader.h"

namespace kontor {

class KafkaGroup final : public Subscription {
 public:
  // `client` is a consumer with a group, its events on.
  KafkaGroup(KafkaClient client, std::string topic, std::string member, AssignmentListener* listener);
  ~KafkaGroup() override;

  Status status() const override;
  SourceFigures figures() const override;

 private:
  using Clock = std::chrono::steady_clock;
  struct Member {
    std::shared_ptr<KafkaPartition> partition;
    int64_t hinted = -1;  // what Kafka was last told
  };

  void Run();
  // False where it is time to stop.
  bool AwaitTopic();
  void Serve(rd_kafka_event_t* event);
  void ServeError(rd_kafka_event_t* event);
  void ServeFatal(const Status& word);
  void ServeRebalance(rd_kafka_event_t* event);
  // Assigns what the group gave us; on Unavailable leaves it for later.
  void TryAssign();
  Status Assign();
  // Takes every partition back from the listener, and ends their readers with this word.
  void TakeBack(const Status& word);
  void CommitHints();
  void Leave();
  // Waits, unless it is time to stop.
  bool Pause(std::chrono::milliseconds time);
  void SetStatus(Status status);
  // Clears what has passed by itself.
  void ClearTrouble(bool any_broker);

  const KafkaClient client_;
  const std::string topic_;
  const std::string member_;
  AssignmentListener* const listener_;
  const KafkaQueue events_;

  // Of the thread.
  std::map<Partition, Member> assigned_;
  std::vector<Partition> given_;  // by the group, and not assigned yet
  Clock::time_point retry_at_;
  std::chrono::milliseconds backoff_;
  Clock::time_point hints_due_;
  bool ended_ = false;  // the status stays as it is
  bool left_ = false;   // the client can be ended without waiting for a broker

  std::atomic<bool> stopping_ = false;
  mutable std::mutex mutex_;
  Status status_;          // guarded by mutex_
  SourceFigures figures_;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace kontor
