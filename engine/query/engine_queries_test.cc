// What is asked of a whole set of shards, over one that was stored of a topic of two partitions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/event/partitioner.h"
#include "engine/query/queries_fixture.h"

namespace kontor {
namespace {

using testing::HasSubstr;

class EngineQueriesTest : public testing::Test, public QueriesFixture {
 protected:
  void OpenOfTwo() {
    facts().partition_count = 2;
    Open();
  }
  Result<bool> Folded(int32_t partition, int64_t offset) const {
    return queries().Folded({"kontor.events", Partition(partition), Offset(offset)});
  }
};

TEST_F(EngineQueriesTest, RecordIsFoldedOnceItsPositionIs) {
  topic().Emit(Invoice("acme", "e-0", "i-1", 10));
  OpenOfTwo();
  EXPECT_EQ(*Folded(0, 0), true);
  EXPECT_EQ(*Folded(0, 1), false);
}

TEST_F(EngineQueriesTest, StoppedFolderSaysSoAndThatItsViewsAreLevel) {
  topic().Emit(Invoice("acme", "e-0", "i-1", 10));
  topic().Emit(Invoice("acme", "e-1", "i-2", 10));
  Open();
  ASSERT_TRUE(stores().OpenViews(shard_id(), /*anew=*/true).ok());  // as an engine leaves them that was killed early
  Reopen();
  const auto shards = queries().Shards(/*digest=*/false);
  ASSERT_TRUE(shards.ok()) << shards.status();
  EXPECT_EQ(shards->shards(0).state(), api::v1::SHARD_STATE_STOPPED);
  EXPECT_EQ(shards->shards(0).position(), 2U);
  EXPECT_EQ(shards->shards(0).checkpoint(), 2U);
}

TEST_F(EngineQueriesTest, PartitionElsewhereIsWaitedForAndOneThatIsNotThereIsRefused) {
  OpenOfTwo();
  EXPECT_EQ(*Folded(1, 0), false);
  for (const int32_t partition : {2, 9}) {
    const Status refused = Folded(partition, 3).status();
    EXPECT_EQ(refused.code(), StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(Text(refused)),
                HasSubstr(fmt::format("wait_for: topic 'kontor.events' has no partition {}; it has 2", partition)));
  }
}

TEST_F(EngineQueriesTest, AccountTellsWhatWaitsForWhichInvoice) {
  topic().Emit(MakeEvent("acme", "e-0",
                         "payment_received { payment { id: 'p' } amount { currency_code: 'EUR' units: 30 } "
                         "allocations { invoice { id: 'i' } amount { currency_code: 'EUR' units: 20 } } }"));
  Open();
  view::v1::AccountView view;
  ASSERT_EQ(queries().Account(AccountId("acme"), {.now = Instant(kFixtureMs * 1'000'000), .as_of = {}}, &view),
            OkStatus());
  ASSERT_EQ(view.value().waiting_allocations_size(), 1);
  EXPECT_EQ(view.value().waiting_allocations(0).document(), "payment crm/p");
  EXPECT_EQ(view.value().waiting_allocations(0).invoice(), "invoice crm/i");
  EXPECT_EQ(view.value().waiting_allocations(0).amount().units(), 20);
}

// An account is not refused for want of its parent's shard.
TEST_F(EngineQueriesTest, ParentOnAPartitionElsewhereStandsAsItWasStated) {
  const auto on = [](int32_t partition) {
    std::string id = "a";
    while (PartitionOf(Partitioner::kMurmur2, id, 2) != Partition(partition)) id += "a";
    return id;
  };
  topic().Emit(MakeEvent(on(0), "e-0", fmt::format("account_opened {{ fields {{ parent: '{}' }} }}", on(1))));
  OpenOfTwo();
  view::v1::AccountView view;
  ASSERT_EQ(queries().Account(AccountId(on(0)), {.now = {}, .as_of = Instant(kFixtureMs * 1'000'000)}, &view),
            OkStatus());
  EXPECT_EQ(view.profile().parent(), on(1));
  EXPECT_EQ(view.basis().positions_size(), 1);
}

// However long a log is, whoever stops does not wait for its digest.
TEST_F(EngineQueriesTest, DigestIsGivenUpWhereTheEngineStops) {
  topic().Emit(Invoice("acme", "e-0", "i-1", 10));
  Open();
  EXPECT_NE(queries().Shards(/*digest=*/true)->shards(0).views_digest(), "");
  queries().Stop();
  EXPECT_EQ(queries().Shards(/*digest=*/true).status(), Unavailable("this instance is stopping"));
  EXPECT_TRUE(queries().Shards(/*digest=*/false).ok());
}

// Whatever its first fact is, an account is none before it.
TEST_F(EngineQueriesTest, AccountWhoseFactsAllLieAheadIsNoneYet) {
  topic().Emit(MakeEvent("acme", "e-0", "account_opened { fields { name: 'Acme' } }", /*hour=*/5));
  topic().Emit(Invoice("bolt", "e-1", "i-1", 10, /*hour=*/24));
  Open();
  const auto listed = [this](Instant now) {
    AccountsQuery query;
    query.page.size = 10;
    query.at.now = now;
    const auto response = queries().ListAccounts(query);
    std::vector<std::string> ids;
    for (const auto& account : response->accounts()) ids.push_back(account.profile().account_id());
    return ids;
  };
  const auto code_of = [this](const std::string& account, Instant as_of) {
    view::v1::AccountView view;
    return queries().Account(AccountId(account), {.now = {}, .as_of = as_of}, &view).code();
  };
  const auto after = [](int64_t hours) { return Instant((kFixtureMs + hours * 3'600'000) * 1'000'000); };
  for (const int64_t hours : {-24 * 365, 0, 5, 23, 24}) {
    std::vector<std::string> known;
    if (hours >= 5) known.emplace_back("acme");
    if (hours >= 24) known.emplace_back("bolt");
    EXPECT_EQ(listed(after(hours)), known) << hours;
    EXPECT_EQ(code_of("acme", after(hours)), hours >= 5 ? StatusCode::kOk : StatusCode::kNotFound) << hours;
    EXPECT_EQ(code_of("bolt", after(hours)), hours >= 24 ? StatusCode::kOk : StatusCode::kNotFound) << hours;
  }
}

}  // namespace
}  // namespace kontor
