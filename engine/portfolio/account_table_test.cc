#include "engine/portfolio/account_table.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <random>

namespace kontor {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr size_t kOverdue = ListedFigureOf("overdue");
static_assert(kOverdue < kListedFigures.size());
static_assert(ListedFigureOf("profit") == kListedFigures.size());

class AccountTableTest : public ::testing::Test {
 protected:
  void Set(const std::string& id, std::optional<double> overdue, ListedAccount listed = {}) {
    listed.figures[kOverdue] = overdue;
    table_.Set(AccountId(id), listed, {});
  }

  std::vector<std::string> List(ListWanted wanted, size_t count = 100) const {
    wanted.count = count;
    std::vector<std::string> ids;
    for (const ListPlace& place : table_.List(wanted)) ids.push_back(place.account.value());
    return ids;
  }
  static ListWanted By(size_t figure, bool descending = false) {
    ListWanted wanted;
    wanted.figure = figure;
    wanted.descending = descending;
    return wanted;
  }

  AccountTable table_;
};

TEST_F(AccountTableTest, FigureOrdersAndUnknownComesLastEitherWay) {
  Set("b", 2);
  Set("d", std::nullopt);
  Set("a", 2);
  Set("c", -1);
  Set("e", 30);
  EXPECT_THAT(List(By(kOverdue)), ElementsAre("c", "a", "b", "e", "d"));
  EXPECT_THAT(List(By(kOverdue, true)), ElementsAre("e", "a", "b", "c", "d"));
  EXPECT_THAT(List({}), ElementsAre("a", "b", "c", "d", "e"));
  EXPECT_THAT(List(By(kOverdue), 2), ElementsAre("c", "a"));
  EXPECT_THAT(List(By(kOverdue), 0), IsEmpty());
}

TEST_F(AccountTableTest, FiltersHoldTogether) {
  ListedAccount listed;
  listed.name = "Acme GmbH";
  listed.segment = "large";
  listed.manager = "kim";
  listed.currencies = "EURUSD";
  Set("1", 1, listed);
  listed.name = "Other";
  listed.country = "DE";
  listed.currencies = "USDSEK";
  Set("ACME-2", 2, listed);
  Set("3", 3);

  ListWanted wanted;
  wanted.segment = "large";
  EXPECT_THAT(List(wanted), ElementsAre("1", "ACME-2"));
  wanted.country = "DE";
  EXPECT_THAT(List(wanted), ElementsAre("ACME-2"));
  wanted.manager = "nobody";
  EXPECT_THAT(List(wanted), IsEmpty());
  wanted = {};
  wanted.text = "aCmE";
  EXPECT_THAT(List(wanted), ElementsAre("1", "ACME-2"));  // by name, by id
  wanted = {};
  wanted.currency = "USD";
  EXPECT_THAT(List(wanted), ElementsAre("1", "ACME-2"));
  wanted.currency = "DSE";  // within the codes' letters, and no code
  EXPECT_THAT(List(wanted), IsEmpty());
}

TEST_F(AccountTableTest, ChangedAndErasedAccountsMove) {
  for (const char* id : {"a", "b", "c"}) Set(id, 1);
  Set("a", 5);
  EXPECT_THAT(List(By(kOverdue)), ElementsAre("b", "c", "a"));
  table_.Erase(AccountId("b"));
  table_.Erase(AccountId("nobody"));
  EXPECT_THAT(List(By(kOverdue)), ElementsAre("c", "a"));
  table_.Erase(AccountId("a"));
  table_.Erase(AccountId("c"));
  EXPECT_EQ(table_.size(), 0U);
  Set("b", 1);
  EXPECT_THAT(List(By(kOverdue)), ElementsAre("b"));
}

// Page by page, whatever changes in between: accounts that did not change are shown exactly once, in order.
TEST_F(AccountTableTest, PagesAreStableWhileOthersChange) {
  std::minstd_rand random(7);  // NOLINT(cert-msc51-cpp): the same story every time
  std::vector<std::string> steady;
  for (int i = 0; i < 200; ++i) {
    const std::string id = fmt::format("s{:03}", i);
    Set(id, i % 7 == 0 ? std::nullopt : std::optional<double>(static_cast<double>(random() % 20)));
    steady.push_back(id);
    Set(fmt::format("m{:03}", i), static_cast<double>(random() % 20));
  }
  for (const bool descending : {false, true}) {
    ListWanted wanted = By(kOverdue, descending);
    std::vector<std::string> shown;
    while (true) {
      wanted.count = 13;
      const std::vector<ListPlace> page = table_.List(wanted);
      if (page.empty()) break;
      for (const ListPlace& place : page) shown.push_back(place.account.value());
      wanted.after = page.back();
      for (int i = 0; i < 50; ++i) {
        const std::string id = fmt::format("m{:03}", random() % 300);
        if (random() % 3 == 0) {
          table_.Erase(AccountId(id));
        } else {
          Set(id, static_cast<double>(random() % 20));
        }
      }
    }
    std::erase_if(shown, [](const std::string& id) { return id.front() == 'm'; });
    const std::vector<std::string> in_order = shown;
    std::vector<std::string> all = List(By(kOverdue, descending), 1'000);
    std::erase_if(all, [](const std::string& id) { return id.front() == 'm'; });
    EXPECT_EQ(in_order, all);
    std::sort(shown.begin(), shown.end());
    EXPECT_EQ(shown, steady);
  }
}

}  // namespace
}  // namespace kontor
