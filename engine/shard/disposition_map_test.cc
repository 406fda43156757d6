#include "engine/shard/disposition_map.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "engine/log/in_memory_event_log.h"
#include "engine/shard/intake.h"
#include "engine/views/in_memory_instance_store.h"

namespace kontor {
namespace {

using log::v1::Disposition;
using log::v1::DISPOSITION_ACCEPTED;
using log::v1::DISPOSITION_CONFLICT;
using log::v1::DISPOSITION_DUPLICATE;
using log::v1::DISPOSITION_REJECTED;

constexpr uint64_t kStretch = DispositionMap::kStretch;

class DispositionMapTest : public testing::Test {
 protected:
  void SetUp() override { Open(); }
  void Open() {
    map_ = std::make_unique<DispositionMap>(&store_);
    ASSERT_EQ(map_->Watch(id_, log_.get()), OkStatus());
  }
  // As the shard does it: the log first, then the map.
  void Append(const std::vector<Disposition>& dispositions) {
    const Position from = log_->End();
    Admitted admitted;
    StoredRecords records;
    for (const Disposition disposition : dispositions) {
      const Position position = from + records.size();
      RawRecord raw;
      raw.offset = Offset(static_cast<int64_t>(position.value()));
      raw.key = salt_;
      StoredVerdict verdict;
      verdict.disposition = disposition;
      records.Add(raw, verdict);
      if (disposition == DISPOSITION_ACCEPTED) admitted.accepted.push_back({.position = position, .identity = {}});
      if (disposition == DISPOSITION_REJECTED) ++admitted.rejected;
      if (disposition == DISPOSITION_CONFLICT) ++admitted.conflicts;
      if (disposition == DISPOSITION_REJECTED || disposition == DISPOSITION_CONFLICT) {
        admitted.refused.push_back(position);
      }
    }
    admitted.records = records.Views();
    ASSERT_EQ(log_->Append(admitted.records, Offset(static_cast<int64_t>((from + dispositions.size()).value()))),
              OkStatus());
    const Status noted = noted_ ? map_->OnAppended(id_, from, admitted) : OkStatus();
    ASSERT_EQ(noted, OkStatus());
  }
  void AppendAccepted(uint64_t count) { Append(std::vector<Disposition>(count, DISPOSITION_ACCEPTED)); }
  bool MayHold(uint64_t stretch, Disposition disposition) const {
    return map_->MayHold(id_, Position(stretch * kStretch), disposition);
  }

  const ShardId id_{"kontor.events", Partition(0)};
  InMemoryInstanceStore store_{InstanceOwner{}};
  std::unique_ptr<InMemoryEventLog> log_ = std::make_unique<InMemoryEventLog>(LogOwner{});
  std::unique_ptr<DispositionMap> map_;
  std::string salt_;
  bool noted_ = true;
};

TEST_F(DispositionMapTest, EachStretchHoldsWhatWasAppendedToIt) {
  AppendAccepted(kStretch - 1);
  Append({DISPOSITION_REJECTED, DISPOSITION_ACCEPTED});
  AppendAccepted(kStretch - 1);
  Append({DISPOSITION_DUPLICATE});
  AppendAccepted(kStretch - 1);
  EXPECT_TRUE(MayHold(0, DISPOSITION_REJECTED));
  EXPECT_FALSE(MayHold(0, DISPOSITION_CONFLICT));
  EXPECT_FALSE(MayHold(0, DISPOSITION_DUPLICATE));
  EXPECT_TRUE(MayHold(1, DISPOSITION_ACCEPTED));
  EXPECT_FALSE(MayHold(1, DISPOSITION_REJECTED));
  EXPECT_TRUE(MayHold(2, DISPOSITION_DUPLICATE));
  EXPECT_TRUE(MayHold(2, log::v1::DISPOSITION_UNSPECIFIED));
}

TEST_F(DispositionMapTest, OneBatchOverManyStretchesIsToldApart) {
  std::vector<Disposition> batch(3 * kStretch, DISPOSITION_ACCEPTED);
  batch[kStretch] = DISPOSITION_CONFLICT;
  batch[2 * kStretch] = DISPOSITION_DUPLICATE;
  Append(batch);
  EXPECT_FALSE(MayHold(0, DISPOSITION_CONFLICT));
  EXPECT_TRUE(MayHold(1, DISPOSITION_CONFLICT));
  EXPECT_FALSE(MayHold(1, DISPOSITION_DUPLICATE));
  EXPECT_TRUE(MayHold(2, DISPOSITION_DUPLICATE));
}

TEST_F(DispositionMapTest, StretchThatIsNotFullMayHoldAnything) {
  AppendAccepted(kStretch - 1);
  EXPECT_TRUE(MayHold(0, DISPOSITION_REJECTED));
  AppendAccepted(1);
  EXPECT_FALSE(MayHold(0, DISPOSITION_REJECTED));
}

TEST_F(DispositionMapTest, WhatIsStoredIsKnownAgain) {
  AppendAccepted(kStretch + 1);
  ASSERT_EQ(map_->Store(), OkStatus());
  Open();
  EXPECT_FALSE(MayHold(0, DISPOSITION_REJECTED));
  // Its first record came before.
  AppendAccepted(kStretch);
  EXPECT_TRUE(MayHold(1, DISPOSITION_REJECTED));
  AppendAccepted(kStretch);
  EXPECT_FALSE(MayHold(2, DISPOSITION_REJECTED));
}

TEST_F(DispositionMapTest, WhatWasNotStoredIsLearntByReading) {
  AppendAccepted(2 * kStretch);
  Open();
  EXPECT_TRUE(MayHold(1, DISPOSITION_REJECTED));
  map_->Learn(id_, Position(kStretch), DispositionMap::Bit(DISPOSITION_ACCEPTED));
  EXPECT_FALSE(MayHold(1, DISPOSITION_REJECTED));
  EXPECT_TRUE(MayHold(0, DISPOSITION_REJECTED));
  ASSERT_EQ(map_->Store(), OkStatus());
  Open();
  EXPECT_FALSE(MayHold(1, DISPOSITION_REJECTED));
}

TEST_F(DispositionMapTest, LongLogIsStoredOnTheWay) {
  AppendAccepted(DispositionMap::kStoredEvery * kStretch);
  Open();  // as after a kill: nothing was stored at the end
  EXPECT_FALSE(MayHold(0, DISPOSITION_REJECTED));
}

TEST_F(DispositionMapTest, WhatIsStoredOfAnotherLogIsNotBelieved) {
  AppendAccepted(2 * kStretch);
  ASSERT_EQ(map_->Store(), OkStatus());
  const auto replace = [this](uint64_t count) {
    log_ = std::make_unique<InMemoryEventLog>(LogOwner{});
    salt_ = "another";
    noted_ = false;
    Append(std::vector<Disposition>(count, DISPOSITION_REJECTED));
    Open();
  };
  replace(2 * kStretch);
  EXPECT_TRUE(MayHold(0, DISPOSITION_REJECTED));
  replace(kStretch);
  EXPECT_TRUE(MayHold(0, DISPOSITION_REJECTED));
}

}  // namespace
}  // namespace kontor
