#include "engine/shard/intake.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "engine/shard/shard_fixture.h"

namespace kontor {
namespace {

using log::v1::LogRecord;

class IntakeTest : public testing::Test {
 protected:
  IntakeTest() { Restart(); }

  // As after a restart: what was appended and not committed is claimed again by catching up; here it was committed.
  void Restart() {
    cache_ = std::make_unique<RowCache>(views_, 0);
    index_ = std::make_unique<IdentityIndex>(cache_.get());
    intake_ = std::make_unique<Intake>(IntakeContext{.role = TopicRole::kEvents, .partition = Partition(0)}, &log_,
                                       index_.get());
    EXPECT_EQ(intake_->Open(), OkStatus());
  }

  // Offsets run on by themselves.
  void Come(const event::v1::Event& event) { records_.push_back(TopicRecord::Of(offset_++, event)); }
  void ComeRaw(std::optional<std::string> key, std::optional<std::string> value) {
    records_.push_back({offset_++, std::move(key), std::move(value)});
  }

  Result<const Admitted*> Admit() {
    Batch batch;
    for (const TopicRecord& record : records_) batch.records.push_back(record.Raw());
    batch.next_offset = Offset(offset_);
    return intake_->Admit(batch);
  }
  // Admits what has come, appends it, and gives the records.
  std::vector<LogRecord> Append() {
    const Result<const Admitted*> admitted = Admit();
    EXPECT_TRUE(admitted.ok()) << admitted.status();
    std::vector<LogRecord> parsed;
    if (!admitted.ok()) return parsed;
    admitted_ = **admitted;
    for (const std::string_view bytes : admitted_.records) {
      EXPECT_TRUE(parsed.emplace_back().ParseFromString(std::string(bytes)));
    }
    EXPECT_EQ(log_.Append(admitted_.records, admitted_.next_offset), OkStatus());
    records_.clear();
    return parsed;
  }
  void Commit() {
    ViewCommit commit;
    cache_->Publish(log_.End());
    RowCache::Collect(cache_->TakeUp(), &commit);
    index_->Collect(&commit);
    commit.checkpoint = {.position = log_.End(), .last_record = {}, .fold_version = 1, .zone = "UTC"};
    ASSERT_EQ(views_->Commit(commit), OkStatus());
    cache_->Committed();
    index_->Committed();
  }
  static std::string Dispositions(const std::vector<LogRecord>& records) {
    std::string text;
    for (const LogRecord& record : records) {
      text += log::v1::Disposition_Name(record.disposition()).substr(sizeof("DISPOSITION_") - 1, 3) + " ";
    }
    return text;
  }

  InMemoryEventLog log_{LogOwner{.cluster_id = "c", .topic = "kontor.events", .partition = Partition(0)}};
  std::shared_ptr<InMemoryViewStore> views_ = std::make_shared<InMemoryViewStore>(AddMonthValues);
  std::unique_ptr<RowCache> cache_;
  std::unique_ptr<IdentityIndex> index_;
  std::unique_ptr<Intake> intake_;
  std::vector<TopicRecord> records_;
  int64_t offset_ = 0;
  Admitted admitted_;
};

TEST_F(IntakeTest, EveryRecordBecomesOne) {
  Come(Invoice("acme", "e-1", "i-1", 10));
  ComeRaw("acme", "\xff\xff");
  Come(Invoice("acme", "e-1", "i-1", 10));
  Come(Invoice("acme", "e-1", "i-1", 11));
  const std::vector<LogRecord> records = Append();
  EXPECT_EQ(Dispositions(records), "ACC REJ DUP CON ");
  EXPECT_EQ(records[1].reject_reason(), log::v1::REJECT_REASON_UNDECODABLE);
  EXPECT_FALSE(records[1].reject_text().empty());
  EXPECT_FALSE(records[0].has_original_position());
  EXPECT_EQ(records[2].original_position(), 0U);
  EXPECT_EQ(records[3].original_position(), 0U);
  EXPECT_EQ(admitted_.accepted.size(), 1U);
  EXPECT_EQ(admitted_.rejected, 1);
  EXPECT_EQ(admitted_.rejected_for[log::v1::REJECT_REASON_UNDECODABLE], 1);
  EXPECT_EQ(admitted_.duplicates, 1);
  EXPECT_EQ(admitted_.conflicts, 1);
  EXPECT_EQ(admitted_.refused, (std::vector{Position(1), Position(3)}));
}

TEST_F(IntakeTest, RecordIsKeptAsItCame) {
  ComeRaw(std::nullopt, std::nullopt);
  ComeRaw("", "");
  const std::vector<LogRecord> records = Append();
  EXPECT_FALSE(records[0].has_key());
  EXPECT_FALSE(records[0].has_value());
  EXPECT_TRUE(records[1].has_key());
  EXPECT_TRUE(records[1].has_value());
  EXPECT_EQ(records[1].offset(), 1);
  EXPECT_EQ(records[1].timestamp_ms(), kFixtureMs);
  EXPECT_EQ(records[1].timestamp_type(), log::v1::TIMESTAMP_TYPE_CREATE);
  EXPECT_EQ(records[1].intake_version(), kIntakeVersion);
}

TEST_F(IntakeTest, HeadersAreKeptWithAndWithoutValues) {
  TopicRecord record = TopicRecord::Of(0, Invoice("acme", "e-1", "i-1", 10));
  Batch batch;
  batch.records.push_back(record.Raw());
  batch.records[0].headers = {{"trace", "x"}, {"none", std::nullopt}};
  batch.next_offset = Offset(1);
  const Result<const Admitted*> admitted = intake_->Admit(batch);
  ASSERT_TRUE(admitted.ok());
  LogRecord kept;
  ASSERT_TRUE(kept.ParseFromString(std::string((*admitted)->records[0])));
  ASSERT_EQ(kept.headers_size(), 2);
  EXPECT_EQ(kept.headers(0).name(), "trace");
  EXPECT_EQ(kept.headers(0).value(), "x");
  EXPECT_FALSE(kept.headers(1).has_value());
}

TEST_F(IntakeTest, DuplicateIsToldAcrossBatchesCommitsAndRestarts) {
  Come(Invoice("acme", "e-1", "i-1", 10));
  EXPECT_EQ(Dispositions(Append()), "ACC ");
  Come(Invoice("acme", "e-1", "i-1", 10));
  EXPECT_EQ(Dispositions(Append()), "DUP ");
  Commit();
  Come(Invoice("acme", "e-1", "i-1", 10));
  EXPECT_EQ(Dispositions(Append()), "DUP ");
  Commit();
  Restart();
  Come(Invoice("acme", "e-1", "i-1", 12));
  const std::vector<LogRecord> records = Append();
  EXPECT_EQ(Dispositions(records), "CON ");
  EXPECT_EQ(records[0].original_position(), 0U);
}

TEST_F(IntakeTest, RejectedAndConflictingRecordsClaimNoIdentity) {
  event::v1::Event wrong = Invoice("acme", "e-1", "i-1", 10);
  wrong.mutable_invoice_issued()->mutable_net()->set_units(-10);
  Come(wrong);
  Come(Invoice("acme", "e-1", "i-1", 10));
  Come(Invoice("acme", "e-1", "i-1", 11));
  Come(Invoice("acme", "e-1", "i-1", 11));
  const std::vector<LogRecord> records = Append();
  EXPECT_EQ(Dispositions(records), "REJ ACC CON CON ");
  EXPECT_EQ(records[3].original_position(), 1U);
}

TEST_F(IntakeTest, SameHashOfAnotherIdentityIsNoMatch) {
  Come(Invoice("acme", "e-1", "i-1", 10));
  Append();
  // As if the hash of e-2 were that of e-1.
  index_->Claim(HashOf({Source("crm"), EventId("e-2")}), Position(1));
  ComeRaw("acme", "\xff");
  Append();
  ViewCommit commit;
  commit.identities.push_back({HashOf({Source("crm"), EventId("e-2")}), Position(0)});
  commit.checkpoint = {.position = Position(2), .last_record = {}, .fold_version = 1, .zone = "UTC"};
  ASSERT_EQ(views_->Commit(commit), OkStatus());
  Restart();
  Come(Invoice("acme", "e-2", "i-2", 10));
  Come(Invoice("acme", "e-2", "i-2", 10));
  const std::vector<LogRecord> records = Append();
  EXPECT_EQ(Dispositions(records), "ACC DUP ");
  EXPECT_EQ(records[1].original_position(), 2U);
}

TEST_F(IntakeTest, IndexThatNamesNoAcceptedEventIsDataLoss) {
  ComeRaw("acme", "\xff");
  Append();
  index_->Claim(HashOf({Source("crm"), EventId("e-1")}), Position(0));
  Come(Invoice("acme", "e-1", "i-1", 10));
  EXPECT_EQ(Admit().status().code(), StatusCode::kDataLoss);
}

TEST_F(IntakeTest, OriginalThatIsDamagedIsDataLoss) {
  ASSERT_EQ(log_.Append({}, Offset(1)), OkStatus());
  LogRecord record;
  record.set_offset(1);
  record.set_disposition(log::v1::DISPOSITION_ACCEPTED);
  record.set_value("\xff");
  const std::string bytes = record.SerializeAsString();
  ASSERT_EQ(log_.Append(std::vector<std::string_view>{bytes}, Offset(2)), OkStatus());
  index_->Claim(HashOf({Source("crm"), EventId("e-1")}), Position(0));
  offset_ = 2;
  Come(Invoice("acme", "e-1", "i-1", 10));
  EXPECT_EQ(Admit().status().code(), StatusCode::kDataLoss);
}

// Promise 3: a gap in offsets is told from the records on either side, and counted.
TEST_F(IntakeTest, GapsAreCountedAcrossBatchesAndRestarts) {
  offset_ = 2;
  Come(Invoice("acme", "e-1", "i-1", 10));
  offset_ += 3;
  Come(Invoice("acme", "e-2", "i-1", 10));
  Append();
  EXPECT_EQ(admitted_.offset_gaps, 5);
  Commit();
  Restart();
  offset_ += 4;
  Come(Invoice("acme", "e-3", "i-1", 10));
  Append();
  EXPECT_EQ(admitted_.offset_gaps, 4);
}

TEST_F(IntakeTest, OffsetsThatDoNotRiseAreDataLoss) {
  Come(Invoice("acme", "e-1", "i-1", 10));
  Append();
  offset_ = 0;
  Come(Invoice("acme", "e-2", "i-1", 10));
  EXPECT_EQ(Admit().status().code(), StatusCode::kDataLoss);
}

TEST_F(IntakeTest, WrongKeyAndForeignBodyAreRejected) {
  ComeRaw("zeta", Invoice("acme", "e-1", "i-1", 10).SerializeAsString());
  Come(MakeEvent("", "e-2", "accounts_merged { absorbed: 'a' survivor: 'b' }"));
  EXPECT_EQ(Dispositions(Append()), "REJ REJ ");
}

}  // namespace
}  // namespace kontor
