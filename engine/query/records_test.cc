// Lists of log records, over a set of shards on stores in memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "engine/query/queries_fixture.h"

namespace kontor {
namespace {

using log::v1::Disposition;
using log::v1::DISPOSITION_ACCEPTED;
using log::v1::DISPOSITION_CONFLICT;
using log::v1::DISPOSITION_DUPLICATE;
using log::v1::DISPOSITION_REJECTED;
using log::v1::DISPOSITION_UNSPECIFIED;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class RecordsTest : public testing::Test, public QueriesFixture {
 protected:
  // Positions of every page of the list, newest first.
  std::vector<uint64_t> List(Disposition disposition, int32_t page_size = 50) const {
    std::vector<uint64_t> positions;
    Page page{.size = page_size, .token = ""};
    do {
      const auto listed = queries().Records(disposition, page);
      if (!listed.ok()) {
        ADD_FAILURE() << listed.status();
        break;
      }
      EXPECT_LE(listed->records_size(), page_size);
      for (const auto& record : listed->records()) positions.push_back(record.position());
      page.token = listed->next_page_token();
    } while (!page.token.empty());
    return positions;
  }
};

TEST_F(RecordsTest, AreListedByDispositionNewestFirst) {
  topic().Emit(Invoice("acme", "e-0", "i-1", 10));
  topic().EmitRaw("acme", "\xff");
  topic().Emit(Invoice("acme", "e-0", "i-1", 10));
  topic().Emit(Invoice("acme", "e-0", "i-1", 11));
  topic().EmitRaw("acme", "\xff");
  Open();
  EXPECT_THAT(List(DISPOSITION_REJECTED), ElementsAre(4, 1));
  EXPECT_THAT(List(DISPOSITION_DUPLICATE), ElementsAre(2));
  EXPECT_THAT(List(DISPOSITION_CONFLICT), ElementsAre(3));
  EXPECT_THAT(List(DISPOSITION_UNSPECIFIED, 2), ElementsAre(4, 3, 2, 1, 0));
}

// Every page tells how far the logs were read, whatever it lists of them.
TEST_F(RecordsTest, AnswerRestsOnTheEndsOfTheLogs) {
  for (int i = 0; i < 3; ++i) topic().EmitRaw("acme", "\xff");
  Open();
  Page page{.size = 2, .token = ""};
  for (const int records : {2, 1}) {
    const auto listed = queries().Records(DISPOSITION_REJECTED, page);
    ASSERT_TRUE(listed.ok()) << listed.status();
    EXPECT_EQ(listed->records_size(), records);
    ASSERT_EQ(listed->basis().positions_size(), 1);
    EXPECT_EQ(listed->basis().positions(0).topic(), "kontor.events");
    EXPECT_EQ(listed->basis().positions(0).position(), 3U);
    page.token = listed->next_page_token();
  }
}

TEST_F(RecordsTest, OnlyRejectedAndConflictsAreSentAsDeadLetters) {
  topic().Emit(Invoice("acme", "e-0", "i-1", 10));
  topic().Emit(Invoice("acme", "e-0", "i-1", 10));
  topic().Emit(Invoice("acme", "e-0", "i-1", 11));
  topic().EmitRaw("acme", "\xff");
  Open();
  const auto sent = [this](Disposition disposition) {
    const auto listed = queries().Records(disposition, {.size = 1, .token = ""});
    return listed.ok() && listed->records_size() == 1 && listed->records(0).dead_letter_sent();
  };
  EXPECT_TRUE(sent(DISPOSITION_REJECTED));
  EXPECT_TRUE(sent(DISPOSITION_CONFLICT));
  EXPECT_FALSE(sent(DISPOSITION_DUPLICATE));
  EXPECT_FALSE(sent(DISPOSITION_ACCEPTED));
}

TEST_F(RecordsTest, FewAmongManyAreFoundWhereverTheyAre) {
  const std::vector<uint64_t> rejected = {1'299, 1'024, 1'023, 767, 256, 255, 0};
  for (uint64_t i = 0; i < 1'300; ++i) {
    if (std::find(rejected.begin(), rejected.end(), i) != rejected.end()) {
      topic().EmitRaw("acme", "\xff");
    } else {
      topic().Emit(Invoice("acme", fmt::format("e-{}", i), "i-1", 10));
    }
  }
  Open();
  for (const int32_t page_size : {1, 2, 3, 50}) {
    EXPECT_EQ(List(DISPOSITION_REJECTED, page_size), rejected);
    EXPECT_THAT(List(DISPOSITION_CONFLICT, page_size), IsEmpty());
  }
  Reopen();
  EXPECT_EQ(List(DISPOSITION_REJECTED), rejected);
}

TEST_F(RecordsTest, StretchesWithoutSuchRecordsAreNotReadAgain) {
  for (uint64_t i = 0; i < 2 * DispositionMap::kStretch; ++i) {
    topic().Emit(Invoice("acme", fmt::format("e-{}", i), "i-1", 10));
  }
  Open();
  EXPECT_TRUE(set().dispositions()->MayHold(shard_id(), Position(0), DISPOSITION_REJECTED));
  EXPECT_THAT(List(DISPOSITION_REJECTED), IsEmpty());
  EXPECT_FALSE(set().dispositions()->MayHold(shard_id(), Position(0), DISPOSITION_REJECTED));
}

TEST_F(RecordsTest, PageTokenPastTheEndBeginsAtTheEnd) {
  topic().EmitRaw("acme", "\xff");
  Open();
  const auto listed =
      queries().Records(DISPOSITION_REJECTED, {.size = 1, .token = "kontor.events/0@18446744073709551615"});
  ASSERT_TRUE(listed.ok()) << listed.status();
  EXPECT_EQ(listed->records_size(), 1);
}

TEST_F(RecordsTest, PageTokenThatNoListGaveIsRefused) {
  topic().EmitRaw("acme", "\xff");
  Open();
  const auto listed = queries().Records(DISPOSITION_REJECTED, {.size = 1, .token = "tomorrow"});
  EXPECT_EQ(listed.status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(Text(listed.status())), HasSubstr("page_token"));
}

TEST_F(RecordsTest, OneByItsIdSaysWhatItsBytesSay) {
  event::v1::Event late = Invoice("acme", "e-1", "i-1", 10);
  late.mutable_occurred_at()->set_seconds(1'000'000'000'000);  // the year 33658
  topic().Emit(Invoice("acme", "e-0", "i-1", 10));
  topic().Emit(late);
  topic().EmitRaw("acme", "\xff");
  Open();
  const auto accepted = queries().Record("kontor.events/0@0");
  ASSERT_TRUE(accepted.ok()) << accepted.status();
  EXPECT_EQ(accepted->event().event_id(), "e-0");
  EXPECT_EQ(accepted->event().SerializeAsString(), accepted->record().value());

  const auto impossible = queries().Record("kontor.events/0@1");
  ASSERT_TRUE(impossible.ok()) << impossible.status();
  EXPECT_EQ(impossible->reason(), log::v1::REJECT_REASON_IMPOSSIBLE_INSTANT);
  EXPECT_TRUE(impossible->event().has_invoice_issued());
  EXPECT_FALSE(impossible->event().has_occurred_at());  // else JSON could tell nothing of the record

  const auto undecodable = queries().Record("kontor.events/0@2");
  ASSERT_TRUE(undecodable.ok()) << undecodable.status();
  EXPECT_FALSE(undecodable->has_event());
  EXPECT_EQ(undecodable->record().value(), "\xff");

  const auto listed = queries().Records(DISPOSITION_ACCEPTED, {.size = 1, .token = ""});
  ASSERT_TRUE(listed.ok() && listed->records_size() == 1);
  EXPECT_FALSE(listed->records(0).has_event());
}

TEST_F(RecordsTest, RecordThatIsNotThereIsSaidByItsIdAlone) {
  topic().EmitRaw("acme", "\xff");
  Open();
  EXPECT_TRUE(queries().Record("kontor.events/0@0").ok());
  const Status status = queries().Record("kontor.events/0@1").status();
  EXPECT_EQ(status.code(), StatusCode::kNotFound);
  EXPECT_EQ(
      std::string(Text(status)),
      "there is no record kontor.events/0@1: kontor.events/0 has 1 of them; `kontor rejected` lists those that were "
      "refused");
}

}  // namespace
}  // namespace kontor
