// RocksEventLog and its in-memory twin under one suite, and beside each other.
#include <random>

#include "engine/log/in_memory_event_log.h"
#include "engine/log/rocks_event_log.h"
#include "tests/conformance/event_log_suite.h"
#include "tests/conformance/temp_folder.h"

namespace kontor {
namespace {

class InMemoryLog {
 public:
  std::unique_ptr<EventLog> Open(const LogOwner& owner) { return std::make_unique<InMemoryEventLog>(owner); }
  std::unique_ptr<EventLog> Reopen(std::unique_ptr<EventLog> log) { return log; }
};

class RocksLog {
 public:
  std::unique_ptr<EventLog> Open(const LogOwner& owner) {
    // Small enough that a test's records become several tables.
    auto log = RocksEventLog::Open(folder_ / "log", owner, {.write_buffer_bytes = 64 << 10});
    KONTOR_CHECK(log.ok());
    return *std::move(log);
  }
  std::unique_ptr<EventLog> Reopen(std::unique_ptr<EventLog> log) {
    const LogOwner owner = log->Owner();
    log.reset();
    return Open(owner);
  }

 private:
  TempFolder folder_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(InMemory, EventLogSuite, InMemoryLog);
INSTANTIATE_TYPED_TEST_SUITE_P(Rocks, EventLogSuite, RocksLog);

TEST(EventLogTwinsTest, TheSameRecordsGiveTheSameDigest) {
  InMemoryLog memory;
  RocksLog rocks;
  std::unique_ptr<EventLog> a = memory.Open(EventsOwner());
  std::unique_ptr<EventLog> b = rocks.Open(EventsOwner());
  std::mt19937_64 random(20'261'124);
  int64_t offset = 0;
  for (int batch = 0; batch < 50; ++batch) {
    std::vector<std::string> records;
    for (uint64_t left = random() % 40; left > 0; --left) {
      offset += 1 + static_cast<int64_t>(random() % 3);
      records.push_back(RecordAt(offset, std::string(random() % 500, static_cast<char>(random()))));
    }
    ++offset;
    ASSERT_TRUE(AppendAll(*a, records, Offset(offset)).ok());
    ASSERT_TRUE(AppendAll(*b, records, Offset(offset)).ok());
    if (batch % 7 == 0) b = rocks.Reopen(std::move(b));
    ASSERT_EQ(a->End(), b->End());
    ASSERT_EQ(a->NextOffset(), b->NextOffset());
  }
  EXPECT_EQ(LogDigest(*a, a->End()).value(), LogDigest(*b, b->End()).value());
}

}  // namespace
}  // namespace kontor
