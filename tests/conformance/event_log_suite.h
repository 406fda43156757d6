// What every event log does, whatever holds it. An adapter is a type with
//
//   std::unique_ptr<EventLog> Open(const LogOwner& owner);   // makes the log
//   std::unique_ptr<EventLog> Reopen(std::unique_ptr<EventLog> log);   // as after an orderly stop
//
// and a suite is made of it by INSTANTIATE_TYPED_TEST_SUITE_P(Name, EventLogSuite, Adapter).
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/base/sha256.h"
#include "engine/log/event_log.h"
#include "tests/conformance/log_records.h"

namespace kontor {

template <typename Adapter>
class EventLogSuite : public ::testing::Test {
 protected:
  EventLogSuite() : log_(adapter_.Open(EventsOwner())) {}

  // Appends `count` records of rising offsets, from the next offset on.
  void Append(int count) {
    std::vector<std::string> records;
    int64_t offset = log_->NextOffset().value();
    for (int i = 0; i < count; ++i, ++offset) records.push_back(RecordAt(offset, "value " + std::to_string(offset)));
    Append(records, Offset(offset));
  }
  void Append(const std::vector<std::string>& records, Offset next_offset) {
    const Status status = AppendAll(*log_, records, next_offset);
    ASSERT_TRUE(status.ok()) << Text(status);
    appended_.insert(appended_.end(), records.begin(), records.end());
  }
  void Reopen() { log_ = adapter_.Reopen(std::move(log_)); }

  std::vector<std::string> Scanned(Position from, Position to) const {
    std::vector<std::string> records;
    const Status status = log_->Scan(from, to, [&](Position position, std::string_view record) {
      EXPECT_EQ(position, from + records.size());
      records.emplace_back(record);
      return true;
    });
    EXPECT_TRUE(status.ok()) << Text(status);
    return records;
  }
  std::string Digest() const { return LogDigest(*log_, log_->End()).value(); }

  Adapter adapter_;
  std::unique_ptr<EventLog> log_;
  std::vector<std::string> appended_;  // the oracle
};

TYPED_TEST_SUITE_P(EventLogSuite);

TYPED_TEST_P(EventLogSuite, AFreshLogIsEmptyAndStartsAtOffsetZero) {
  EXPECT_EQ(this->log_->End(), Position(0));
  EXPECT_EQ(this->log_->NextOffset(), Offset(0));
  EXPECT_EQ(this->log_->Owner(), EventsOwner());
  EXPECT_TRUE(this->Scanned(Position(0), Position(10)).empty());
}

TYPED_TEST_P(EventLogSuite, RecordsStandInTheOrderOfTheirAppending) {
  this->Append(3);
  this->Append(1);
  this->Append(2);
  EXPECT_EQ(this->log_->End(), Position(6));
  EXPECT_EQ(this->Scanned(Position(0), Position(6)), this->appended_);
  EXPECT_EQ(this->log_->Read(Position(4)).value(), this->appended_[4]);
}

TYPED_TEST_P(EventLogSuite, NextOffsetMovesWithTheRecords) {
  this->Append({RecordAt(5), RecordAt(9)}, Offset(12));
  EXPECT_EQ(this->log_->End(), Position(2));
  EXPECT_EQ(this->log_->NextOffset(), Offset(12));
  this->Append({RecordAt(12)}, Offset(13));
  EXPECT_EQ(this->log_->NextOffset(), Offset(13));
}

TYPED_TEST_P(EventLogSuite, NextOffsetMovesWithoutRecords) {
  this->Append({}, Offset(4));
  this->Reopen();
  EXPECT_EQ(this->log_->End(), Position(0));
  EXPECT_EQ(this->log_->NextOffset(), Offset(4));
}

TYPED_TEST_P(EventLogSuite, AnEmptyAppendAtTheSameOffsetChangesNothing) {
  this->Append(2);
  this->Append({}, Offset(2));
  EXPECT_EQ(this->log_->End(), Position(2));
  EXPECT_EQ(this->log_->NextOffset(), Offset(2));
}

TYPED_TEST_P(EventLogSuite, ReopeningFindsEverything) {
  this->Append(500);
  const std::string digest = this->Digest();
  this->Reopen();
  EXPECT_EQ(this->log_->End(), Position(500));
  EXPECT_EQ(this->log_->NextOffset(), Offset(500));
  EXPECT_EQ(this->log_->Owner(), EventsOwner());
  EXPECT_EQ(this->Scanned(Position(0), Position(500)), this->appended_);
  EXPECT_EQ(this->Digest(), digest);
  this->Append(10);
  this->Reopen();
  EXPECT_EQ(this->Scanned(Position(0), Position(510)), this->appended_);
}

TYPED_TEST_P(EventLogSuite, BytesComeBackAsTheyWere) {
  std::string wild;
  for (int byte = 0; byte < 256; ++byte) wild.push_back(static_cast<char>(byte));
  this->Append({RecordAt(0, wild), RecordAt(1, std::string(1 << 20, '\0')), RecordAt(2, "")}, Offset(3));
  this->Reopen();
  EXPECT_EQ(this->Scanned(Position(0), Position(3)), this->appended_);
}

TYPED_TEST_P(EventLogSuite, ReadingPastTheEndIsNotFound) {
  this->Append(2);
  EXPECT_EQ(this->log_->Read(Position(2)).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(LogDigest(*this->log_, Position(3)).status().code(), StatusCode::kNotFound);
  const auto stops = [](Position) { return false; };
  EXPECT_EQ(LogDigest(*this->log_, Position(2), stops).status().code(), StatusCode::kCancelled);
}

TYPED_TEST_P(EventLogSuite, AScanTakesAnyRangeAndStopsWhereToldTo) {
  this->Append(600);
  EXPECT_EQ(this->Scanned(Position(598), Position(10'000)).size(), 2u);
  EXPECT_TRUE(this->Scanned(Position(7), Position(7)).empty());
  EXPECT_TRUE(this->Scanned(Position(600), Position(700)).empty());
  EXPECT_THAT(this->Scanned(Position(300), Position(302)),
              ::testing::ElementsAre(this->appended_[300], this->appended_[301]));
  int visited = 0;
  const Status status =
      this->log_->Scan(Position(0), Position(600), [&](Position, std::string_view) { return ++visited < 5; });
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(visited, 5);
}

TYPED_TEST_P(EventLogSuite, AScanEndsWhereTheLogEndedWhenItBegan) {
  this->Append(3);
  int visited = 0;
  const Status status = this->log_->Scan(Position(0), Position(1'000), [&](Position, std::string_view) {
    ++visited;
    this->Append(1);
    return true;
  });
  EXPECT_TRUE(status.ok()) << Text(status);
  EXPECT_EQ(visited, 3);
  EXPECT_EQ(this->log_->End(), Position(6));
}

TYPED_TEST_P(EventLogSuite, ReadersBesideTheWriterSeeWholePrefixes) {
  constexpr uint64_t kRecords = 4'000;
  std::thread reader([&] {
    for (Position end(0); end < Position(kRecords);) {
      end = this->log_->End();
      const std::vector<std::string> seen = this->Scanned(Position(0), end);
      ASSERT_EQ(seen.size(), end.value());
      if (!seen.empty()) {
        ASSERT_EQ(OffsetOfStored(seen.back()), Offset(static_cast<int64_t>(end.value()) - 1));
      }
    }
  });
  while (this->log_->End() < Position(kRecords)) this->Append(50);
  reader.join();
}

TYPED_TEST_P(EventLogSuite, TheDigestIsOfTheRecordsAlone) {
  this->Append(3);
  EXPECT_EQ(LogDigest(*this->log_, Position(0)).value(), HexText(Sha256::Of("")));
  EXPECT_EQ(LogDigest(*this->log_, Position(2)).value(), HexText(Sha256::Of(this->appended_[0] + this->appended_[1])));
  const std::string digest = this->Digest();
  this->Append({}, Offset(99));
  EXPECT_EQ(this->Digest(), digest);
}

TYPED_TEST_P(EventLogSuite, AWholeLogVerifies) {
  this->Append(100);
  this->Reopen();
  this->Append(100);
  const Status status = this->log_->Verify();
  EXPECT_TRUE(status.ok()) << Text(status);
}

// Our own bugs must not become a stored contradiction.
TYPED_TEST_P(EventLogSuite, OffsetsThatDoNotRiseAreABug) {
  ::testing::GTEST_FLAG(death_test_style) = "threadsafe";
  const auto append = [](std::vector<std::string> records, int64_t next_offset) {
    TypeParam adapter;
    const auto log = adapter.Open(EventsOwner());
    if (AppendAll(*log, {RecordAt(3)}, Offset(4)).ok()) {
      static_cast<void>(AppendAll(*log, records, Offset(next_offset)));
    }
  };
  EXPECT_DEATH(append({RecordAt(3)}, 5), "offset >= at_least");
  EXPECT_DEATH(append({RecordAt(6), RecordAt(5)}, 9), "offset >= at_least");
  EXPECT_DEATH(append({RecordAt(6)}, 6), "at_least <= next");
  EXPECT_DEATH(append({}, 3), "next >= present");
}

REGISTER_TYPED_TEST_SUITE_P(EventLogSuite, AFreshLogIsEmptyAndStartsAtOffsetZero,
                            RecordsStandInTheOrderOfTheirAppending, NextOffsetMovesWithTheRecords,
                            NextOffsetMovesWithoutRecords, AnEmptyAppendAtTheSameOffsetChangesNothing,
                            ReopeningFindsEverything, BytesComeBackAsTheyWere, ReadingPastTheEndIsNotFound,
                            AScanTakesAnyRangeAndStopsWhereToldTo, AScanEndsWhereTheLogEndedWhenItBegan,
                            ReadersBesideTheWriterSeeWholePrefixes, TheDigestIsOfTheRecordsAlone, AWholeLogVerifies,
                            OffsetsThatDoNotRiseAreABug);

}  // namespace kontor
