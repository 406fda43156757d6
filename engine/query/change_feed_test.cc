#include "engine/query/change_feed.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <vector>

namespace kontor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

class ChangeFeedTest : public ::testing::Test {
 protected:
  void Change(uint64_t position, const std::vector<std::string>& ids, int32_t partition = 0) {
    const std::vector<std::string_view> accounts(ids.begin(), ids.end());
    feed_.Changed("t", Partition(partition), accounts, Position(position));
  }
  // Every event that is there, without its data.
  std::vector<std::string> Read(ChangeFeed::Cursor* cursor) {
    std::vector<std::string> events;
    while (const auto next = feed_.Next(cursor)) {
      if (*next == nullptr) return events;
      last_ = **next;
      events.push_back(last_.substr(0, last_.find("\ndata: ")));
    }
    events.emplace_back("dropped");
    return events;
  }

  ChangeFeed feed_{{.accounts_max = 3, .bytes_max = 1'000}};
  std::string last_;
};

TEST_F(ChangeFeedTest, IdTellsPositionsBothWays) {
  const ChangeFeed::Positions positions = {{{"kontor.events", 0}, 17}, {{"kontor.events", 11}, 0}};
  EXPECT_EQ(ChangeFeed::IdOf(positions), "kontor.events/0@17,kontor.events/11@0");
  EXPECT_EQ(ChangeFeed::ParseId(ChangeFeed::IdOf(positions)), positions);
  for (const char* id : {"x", "t/0", "t@0", "t/0@", "t/0@-1", "t/x@1"}) {
    EXPECT_EQ(ChangeFeed::ParseId(id), std::nullopt) << id;
  }
}

TEST_F(ChangeFeedTest, ReaderBeginsAtThePresentAndIsToldOfChanges) {
  Change(5, {"a"});
  ChangeFeed::Cursor cursor = feed_.Open("");
  EXPECT_THAT(Read(&cursor), ElementsAre("id: t/0@5\nevent: reset"));
  EXPECT_FALSE(feed_.Cut());
  Change(6, {"a", "b"});
  Change(7, {"a", ""});
  EXPECT_TRUE(feed_.Cut());
  EXPECT_THAT(Read(&cursor), ElementsAre("id: t/0@7\nevent: changed"));
  EXPECT_THAT(last_, HasSubstr("\"accountIds\":[\""));
  EXPECT_EQ(last_.find("\"\""), std::string::npos);  // rows under no account are nobody's
  EXPECT_THAT(last_, HasSubstr(R"("positions":[{"topic":"t","position":"7"}])"));
  EXPECT_THAT(Read(&cursor), IsEmpty());
  feed_.Close();
}

TEST_F(ChangeFeedTest, ReaderGoesOnBehindTheLastEventItSaw) {
  feed_.Came("t", Partition(0), Position(0));
  feed_.Came("t", Partition(1), Position(0));
  ChangeFeed::Cursor first = feed_.Open("");
  Change(1, {"a"});
  Change(1, {"b"}, 1);
  feed_.Cut();
  Change(2, {"c"}, 1);
  feed_.Cut();
  feed_.Close();
  Change(2, {"d"});  // while nobody reads
  ChangeFeed::Cursor again = feed_.Open("t/0@1,t/1@1");
  feed_.Cut();
  EXPECT_THAT(Read(&again), ElementsAre("id: t/0@1,t/1@2\nevent: changed", "id: t/0@2,t/1@2\nevent: changed"));
  EXPECT_THAT(last_, HasSubstr(R"(["d"])"));
  ChangeFeed::Cursor level = feed_.Open("t/0@2,t/1@2");
  EXPECT_THAT(Read(&level), IsEmpty());
  EXPECT_EQ(Read(&first).size(), 4U);
  feed_.Close();
  feed_.Close();
}

TEST_F(ChangeFeedTest, WhoComesAnewIsNotToldOfWhatChangedWhileNobodyRead) {
  feed_.Open("");
  feed_.Close();
  Change(1, {"a", "b"});
  ChangeFeed::Cursor anew = feed_.Open("");
  Change(2, {"c"});
  feed_.Cut();
  EXPECT_THAT(Read(&anew), ElementsAre("id: t/0@2\nevent: reset", "id: t/0@2\nevent: changed"));
  EXPECT_THAT(last_, HasSubstr(R"(["c"])"));
  feed_.Close();
}

TEST_F(ChangeFeedTest, WhatIsNotKnownHereIsReset) {
  feed_.Open("");
  Change(5, {"a"});
  feed_.Cut();
  for (const char* id : {"t/0@9", "t/1@5", "t/0@5,t/1@1", "other/0@5", "nonsense"}) {
    ChangeFeed::Cursor cursor = feed_.Open(id);
    EXPECT_THAT(Read(&cursor), ElementsAre("id: t/0@5\nevent: reset")) << id;
    feed_.Close();
  }
  EXPECT_EQ(feed_.figures().resets, 5U);  // who comes for the first time has lost nothing
  EXPECT_EQ(feed_.figures().open, 1U);
  feed_.Close(/*too_slow=*/true);
  EXPECT_EQ(feed_.figures().open, 0U);
  EXPECT_EQ(feed_.figures().dropped, 1U);
}

TEST_F(ChangeFeedTest, WhatChangedBeforeAnyoneReadIsReset) {
  Change(5, {"a"});
  Change(6, {"b"});
  ChangeFeed::Cursor behind = feed_.Open("t/0@5");
  EXPECT_THAT(Read(&behind), ElementsAre("id: t/0@6\nevent: reset"));
  ChangeFeed::Cursor level = feed_.Open("t/0@6");
  EXPECT_THAT(Read(&level), IsEmpty());
  feed_.Close();
  feed_.Close();
}

TEST_F(ChangeFeedTest, ShardThatComesOrGoesResetsEveryone) {
  ChangeFeed::Cursor cursor = feed_.Open("");
  Read(&cursor);
  feed_.Came("t", Partition(0), Position(4));
  EXPECT_TRUE(feed_.Cut());
  EXPECT_THAT(Read(&cursor), ElementsAre("id: t/0@4\nevent: reset"));
  feed_.Came("t", Partition(1), Position(2));
  Change(5, {"a"});
  feed_.Went("t", Partition(0));
  EXPECT_TRUE(feed_.Cut());
  EXPECT_THAT(Read(&cursor), ElementsAre("id: t/1@2\nevent: reset"));
  feed_.Close();
}

TEST_F(ChangeFeedTest, MergedAccountsAreNamedTogether) {
  std::vector<AccountId> one;  // are read as it
  ChangeFeed feed({.accounts_max = 3, .bytes_max = 1'000}, [&one] {
    return [one](const AccountId& account) { return std::ranges::count(one, account) ? one : std::vector{account}; };
  });
  const auto named = [&feed](ChangeFeed::Cursor* cursor) {
    feed.Cut();
    std::string text = **feed.Next(cursor);
    api::v1::ChangedAccounts changed;
    const size_t data = text.find("data: ") + 6;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(text.substr(data), &changed).ok()) << text;
    std::vector<std::string> ids(changed.account_ids().begin(), changed.account_ids().end());
    if (changed.truncated()) ids.assign({"truncated"});
    return ids;
  };
  const auto change = [&feed](uint64_t position, const std::vector<std::string_view>& accounts) {
    feed.Changed("t", Partition(0), accounts, Position(position));
  };
  feed.Came("t", Partition(0), Position(0));
  ChangeFeed::Cursor cursor = feed.Open("t/0@0");
  change(1, {"absorbed"});
  EXPECT_THAT(named(&cursor), ElementsAre("absorbed"));
  one = {AccountId("survivor"), AccountId("absorbed")};  // whatever was told before
  change(2, {"absorbed"});
  EXPECT_THAT(named(&cursor), UnorderedElementsAre("survivor", "absorbed"));
  change(3, {"survivor", "b"});  // who shows it under its former name is told, too
  EXPECT_THAT(named(&cursor), UnorderedElementsAre("survivor", "absorbed", "b"));
  change(4, {"absorbed", "b", "c"});
  EXPECT_THAT(named(&cursor), ElementsAre("truncated"));
  feed.Close();
  change(5, {"absorbed"});  // for those who come back
  feed.Open("");
  ChangeFeed::Cursor back = feed.Open("t/0@4");
  EXPECT_THAT(named(&back), UnorderedElementsAre("survivor", "absorbed"));
  feed.Close();
  feed.Close();
}

TEST_F(ChangeFeedTest, MoreThanIsNamedIsSaidSo) {
  ChangeFeed::Cursor cursor = feed_.Open("");
  Change(1, {"a", "b", "c"});
  feed_.Cut();
  Read(&cursor);
  EXPECT_EQ(last_.find("truncated"), std::string::npos);
  Change(2, {"a", "b", "c", "a", "d"});
  feed_.Cut();
  Read(&cursor);
  EXPECT_THAT(last_, HasSubstr("\"truncated\":true"));
  Change(3, {"d"});
  feed_.Cut();
  Read(&cursor);
  EXPECT_EQ(last_.find("truncated"), std::string::npos);
  feed_.Close();
}

TEST_F(ChangeFeedTest, SlowReaderIsDroppedAndMemoryStaysBounded) {
  ChangeFeed::Cursor slow = feed_.Open("");
  ChangeFeed::Cursor quick = feed_.Open("");
  Read(&slow);
  Read(&quick);
  for (uint64_t position = 1; position <= 100; ++position) {
    Change(position, {"a"});
    feed_.Cut();
    EXPECT_EQ(Read(&quick).size(), 1U);
  }
  EXPECT_THAT(Read(&slow), ElementsAre("dropped"));
  // Its place is too far back to go on from; a late one that is still kept is not.
  ChangeFeed::Cursor again = feed_.Open("t/0@1");
  EXPECT_THAT(Read(&again), ElementsAre(StartsWith("id: t/0@100\nevent: reset")));
  ChangeFeed::Cursor late = feed_.Open("t/0@98");
  EXPECT_EQ(Read(&late).size(), 2U);
  for (int i = 0; i < 4; ++i) feed_.Close();
}

}  // namespace
}  // namespace kontor
