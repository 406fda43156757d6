// An account's timeline, over a set of shards on stores in memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/query/queries_fixture.h"

namespace kontor {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr Instant kStart(kFixtureMs * 1'000'000);
constexpr int64_t kHour = 3'600'000'000'000;

class TimelineTest : public testing::Test, public QueriesFixture {
 protected:
  // The events of "acme", "ahead" behind those that do not count yet.
  Result<std::vector<std::string>> Read(const ReadAt& at, int32_t page_size = 100) const {
    std::vector<std::string> shown;
    Page page{.size = page_size, .token = ""};
    do {
      KONTOR_ASSIGN_OR_RETURN(const api::v1::TimelineResponse response,
                              queries().Timeline(AccountId("acme"), page, at));
      for (const view::v1::TimelineEntry& entry : response.entries()) {
        shown.push_back(entry.event_id() + (entry.ahead() ? " ahead" : ""));
        EXPECT_EQ(entry.ahead(), entry.changed().empty()) << "what is ahead has changed nothing yet";
      }
      page.token = response.next_page_token();
    } while (!page.token.empty());
    return shown;
  }
};

TEST_F(TimelineTest, ShowsWhatIsDatedAheadAsNotCountingYet) {
  topic().Emit(Invoice("acme", "e-24", "i-3", 10, /*hour=*/24));
  topic().Emit(Invoice("acme", "e-0", "i-1", 10));
  topic().Emit(Invoice("acme", "e-5", "i-2", 10, /*hour=*/5));
  Open();
  for (const int32_t page_size : {1, 100}) {
    EXPECT_THAT(*Read({.now = kStart, .as_of = {}}, page_size), ElementsAre("e-0", "e-5 ahead", "e-24 ahead"));
    EXPECT_THAT(*Read({.now = kStart + 5 * kHour, .as_of = {}}, page_size), ElementsAre("e-0", "e-5", "e-24 ahead"));
    EXPECT_THAT(*Read({.now = kStart + 24 * kHour, .as_of = {}}, page_size), ElementsAre("e-0", "e-5", "e-24"));
  }
}

TEST_F(TimelineTest, EndsWithTheInstantThatItIsAskedAsOf) {
  topic().Emit(Invoice("acme", "e-0", "i-1", 10));
  topic().Emit(Invoice("acme", "e-5", "i-2", 10, /*hour=*/5));
  Open();
  EXPECT_THAT(*Read({.now = kStart, .as_of = kStart}), ElementsAre("e-0"));
  EXPECT_THAT(*Read({.now = kStart, .as_of = kStart + 5 * kHour}), ElementsAre("e-0", "e-5"));
  const Status before = Read({.now = {}, .as_of = kStart - 1}).status();
  EXPECT_EQ(before.code(), StatusCode::kNotFound);
  EXPECT_THAT(std::string(Text(before)), HasSubstr("account 'acme' has no event up to 2026-01-04T23:59:59"));
}

TEST_F(TimelineTest, TellsOfAnAccountWhoseFactsAllLieAhead) {
  topic().Emit(Invoice("acme", "e-5", "i-1", 10, /*hour=*/5));
  Open();
  EXPECT_THAT(*Read({.now = kStart, .as_of = {}}), ElementsAre("e-5 ahead"));
}

// A void has no instant in the world.
TEST_F(TimelineTest, AVoidActsWheneverItIsDated) {
  topic().Emit(Invoice("acme", "e-0", "i-1", 10));
  topic().Emit(MakeEvent("acme", "v-1", "event_voided { target_event_id: 'e-0' }", /*hour=*/5));
  Open();
  const auto response = queries().Timeline(AccountId("acme"), {.size = 9, .token = ""}, {.now = kStart, .as_of = {}});
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->entries_size(), 2);
  EXPECT_TRUE(response->entries(0).voided());
  EXPECT_FALSE(response->entries(1).ahead());
}

TEST_F(TimelineTest, OfAnAccountThatNothingIsKnownOfIsNotFound) {
  topic().Emit(Invoice("bolt", "e-0", "i-1", 10));
  Open();
  const Status unknown = Read({.now = kStart, .as_of = {}}).status();
  EXPECT_EQ(unknown.code(), StatusCode::kNotFound);
  EXPECT_THAT(std::string(Text(unknown)), HasSubstr("account 'acme' has no event; "));
}

}  // namespace
}  // namespace kontor
