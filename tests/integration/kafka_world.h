// Real Kafka for tests: topics of the test's own, and what only an administrator or a transactional emitter does.
//
// The broker's address stands in KONTOR_TEST_BROKER. tools/test sets it; by hand: tools/dev/broker start.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/source/event_source.h"
#include "engine/source/kafka_options.h"

namespace kontor {

// Ends the test program with a clear word where no broker is named.
std::string TestBroker();

class KafkaWorld {
 public:
  KafkaWorld();

  // Made and led: it can be used at once.
  std::string NewTopic(int32_t partitions, const std::map<std::string, std::string>& config = {});
  std::string UnusedTopic();
  // Groups are the world's own, too.
  std::unique_ptr<EventSource> NewSource(const std::string& group, const std::string& member = "");
  std::unique_ptr<EventSink> NewSink();
  KafkaOptions Options() const;
  std::string GroupName(const std::string& group) const { return group.empty() ? "" : name_ + "." + group; }

  void Truncate(const std::string& topic, Partition partition, Offset low);
  void DeleteTopic(const std::string& topic);
  void Recreate(const std::string& topic, int32_t partitions);
  void GrowTo(const std::string& topic, int32_t partitions);
  // What the group committed for the partition; -1 where nothing.
  int64_t Committed(const std::string& group, const std::string& topic, Partition partition);

 private:
  void Make(const std::string& topic, int32_t partitions, const std::map<std::string, std::string>& config);

  const std::string name_;  // of this run and case
  int topics_ = 0;
  std::unique_ptr<EventSource> source_;
};

// Sends within transactions.
class TransactionalEmitter {
 public:
  explicit TransactionalEmitter(const std::string& id);
  ~TransactionalEmitter();
  void Begin();
  // Sends, and waits until the broker has them.
  void Send(const std::string& topic, Partition partition, const std::vector<std::string>& values);
  void Commit();
  void Abort();

 private:
  struct Producer;
  const std::unique_ptr<Producer> producer_;
};

}  // namespace kontor
