// What intake makes of each record of the demo is what the demo says that it must make of it.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <variant>

#include "engine/event/decoder.h"
#include "engine/event/partitioner.h"
#include "engine/event/raw_record.h"
#include "engine/event/validator.h"
#include "tools/kontor/demo/told.h"

namespace kontor::demo {
namespace {

// The rules of a partition: reject, know again, or accept.
class PartitionRules {
 public:
  log::v1::Disposition Decide(const DemoRecord& record, const IntakeContext& context, Rejection* why) {
    RawRecord raw;
    raw.timestamp_ms = record.timestamp_ms;
    raw.timestamp_type = log::v1::TIMESTAMP_TYPE_CREATE;
    raw.key = record.key;
    raw.value = record.value;
    google::protobuf::Arena arena;
    const std::variant<const event::v1::Event*, Rejection> decoded = DecodeEvent(raw, &arena);
    if (std::holds_alternative<Rejection>(decoded)) {
      *why = std::get<Rejection>(decoded);
      return log::v1::DISPOSITION_REJECTED;
    }
    const event::v1::Event& event = *std::get<const event::v1::Event*>(decoded);
    EXPECT_TRUE(IsUnderstood(event)) << event.ShortDebugString();
    if (std::optional<Rejection> rejection = Validate(event, raw, context)) {
      *why = *std::move(rejection);
      return log::v1::DISPOSITION_REJECTED;
    }
    const auto [known, fresh] = accepted_.emplace(IdentityOf(event), event);
    if (fresh) return log::v1::DISPOSITION_ACCEPTED;
    return SameContent(known->second, event) ? log::v1::DISPOSITION_DUPLICATE : log::v1::DISPOSITION_CONFLICT;
  }

 private:
  std::map<Identity, event::v1::Event> accepted_;
};

class IntakeOfDemoTest : public ::testing::TestWithParam<DemoOptions> {};

TEST_P(IntakeOfDemoTest, EachRecordIsTakenAsItIsMeant) {
  constexpr int32_t kPartitions = 6;
  DemoStory story = Make(GetParam());
  std::map<std::pair<TopicRole, Partition>, PartitionRules> partitions;
  for (size_t left = story.HistorySize() + 5000; left > 0; --left) {
    const DemoRecord record = story.Next();
    IntakeContext context;
    context.role = record.topic;
    context.partition_count = record.topic == TopicRole::kReference ? 1 : kPartitions;
    context.partition = PartitionOf(Partitioner::kMurmur2, record.key, context.partition_count);
    Rejection why;
    const log::v1::Disposition disposition =
        partitions[{context.role, context.partition}].Decide(record, context, &why);
    ASSERT_EQ(disposition, record.expected) << why.field << ": " << why.text;
    ASSERT_EQ(why.reason, record.reason) << why.field << ": " << why.text;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Options, IntakeOfDemoTest,
    ::testing::Values(DemoOptions{.seed = 1, .now = At("2026-11-24T10:00:00Z"), .accounts = 300, .years = 4},
                      DemoOptions{.seed = 5, .now = At("2024-02-29T23:59:59Z"), .accounts = 25, .years = 2},
                      DemoOptions{.seed = 6, .now = At("1999-12-31T23:59:59Z"), .accounts = 60, .years = 10},
                      DemoOptions{.seed = 8, .now = At("2150-01-01T00:00:00Z"), .accounts = 80, .years = 3}));

}  // namespace
}  // namespace kontor::demo
