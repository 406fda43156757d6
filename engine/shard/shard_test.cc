#include "engine/shard/shard.h"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <numeric>
#include <string>

#include "engine/base/sha256.h"
#include "engine/shard/shard_fixture.h"

namespace kontor {
namespace {

using testing::Test;

bool Says(const Status& status, std::string_view words) { return Text(status).find(words) != std::string_view::npos; }

class ShardTest : public Test, public ShardFixture {
 protected:
  void EmitSome() {
    topic().Emit(Invoice("acme", "e-1", "i-1", 100));
    topic().Emit(Invoice("zeta", "e-2", "i-1", 50));
    topic().Emit(Invoice("acme", "e-3", "i-2", 70));
  }
  // A shard that has stored what was emitted, and some, and was stopped in order.
  void StoreSome() {
    EmitSome();
    ASSERT_EQ(Start(), OkStatus());
    Drain();
    Stop();
  }
  void WaitForFailure() {
    while (shard().state() != ShardState::kFailed) std::this_thread::yield();
  }
  Status Failure() {
    WaitForFailure();
    return shard().status().failure;
  }
  Digests DigestOfWhole() {
    ShardFixture other;
    for (const auto& record : topic().records()) other.topic().EmitRaw(record->key, record->value);
    EXPECT_EQ(other.Start(), OkStatus());
    other.Drain();
    return other.Digest();
  }
};

TEST_F(ShardTest, LifecycleAllowsTheDrawnChangesOnly) {
  using enum ShardState;
  constexpr ShardState kAll[] = {kOpening, kCatchingUp, kRunning, kStopped, kFailed};
  std::string legal;
  for (const ShardState from : kAll) {
    for (const ShardState to : kAll) legal += IsLegalChange(from, to) ? '1' : '0';
    legal += ' ';
  }
  EXPECT_EQ(legal, "01011 00111 00011 00101 00010 ");
}

TEST_F(ShardTest, FoldsWhatIsEmittedAndReadersSeeIt) {
  EmitSome();
  ASSERT_EQ(Start(), OkStatus());
  Drain();
  const Result<AccountVersion> version = shard().Read(AccountId("acme"));
  ASSERT_TRUE(version.ok()) << version.status();
  EXPECT_EQ(version->position(), Position(3));
  int events = 0;
  EXPECT_EQ(version->ScanEvents(kInstantMin, Position(0), [&events](Instant, Position) { return ++events > 0; }),
            OkStatus());
  EXPECT_EQ(events, 2);
  EXPECT_EQ(*shard().AccountsFrom(AccountId(), 10), (std::vector{AccountId("acme"), AccountId("zeta")}));
  EXPECT_EQ(observer().accounts(), (std::set{AccountId("acme"), AccountId("zeta")}));
}

TEST_F(ShardTest, FiguresTellOfItsStepsAndItsReasons) {
  topic().EmitRaw("acme", "no event");
  EmitSome();
  ASSERT_EQ(Start(), OkStatus());
  Drain();
  ASSERT_TRUE(shard().CommitNow().ok());  // which waits for the end of the step
  const auto count = [](const Distribution::Reading& reading) {
    return std::accumulate(reading.counts.begin(), reading.counts.end(), uint64_t{0});
  };
  const ShardFigures figures = shard().figures();
  EXPECT_EQ(figures.status.rejected, 1);
  EXPECT_EQ(figures.rejected[log::v1::REJECT_REASON_UNDECODABLE], 1);
  EXPECT_EQ(figures.batch_records.sum, 4.0);
  const uint64_t batches = count(figures.batch_records);
  EXPECT_GE(batches, 1U);
  EXPECT_EQ(count(figures.poll), batches);
  EXPECT_EQ(count(figures.append), batches);
  EXPECT_GE(count(figures.fold), batches);
  EXPECT_EQ(count(figures.readable), 4U);
  EXPECT_GT(figures.last_timestamp_ms, 0);
  EXPECT_TRUE(figures.since_level.has_value());
  EXPECT_GT(figures.cache_hits + figures.cache_misses, 0U);

  shard().Stop();
  EXPECT_EQ(count(shard().figures().commit), 1U);  // another one had nothing to write
}

TEST_F(ShardTest, IsAliveAsLongAsItsThreadComesBy) {
  topic().Emit(Invoice("acme", "e-1", "i-1", 10));  // so that it reads once it is drained
  ASSERT_EQ(Start(), OkStatus());
  Drain();
  EXPECT_TRUE(shard().IsAlive(std::chrono::hours(1)));
  EXPECT_FALSE(shard().IsAlive(std::chrono::nanoseconds(-1)));  // it reads, and came by some time ago
  shard().Stop();
  EXPECT_TRUE(shard().IsAlive(std::chrono::nanoseconds(-1)));  // nothing is to be done
}

TEST_F(ShardTest, CountsWhatComes) {
  EmitHistory(7, 400, &topic());
  ASSERT_EQ(Start(), OkStatus());
  Drain();
  const ShardStatus status = shard().status();
  EXPECT_EQ(status.end, Position(topic().records().size()));
  EXPECT_EQ(status.folded, status.end);
  EXPECT_EQ(status.accepted + status.duplicates + status.conflicts + status.rejected,
            static_cast<int64_t>(status.end.value()));
  EXPECT_GT(status.accepted, 0);
  EXPECT_GT(status.duplicates, 0);
  EXPECT_GT(status.conflicts, 0);
  EXPECT_GT(status.rejected, 0);
  EXPECT_GT(status.offset_gaps, 0);
  EXPECT_TRUE(status.attached);
  EXPECT_EQ(status.watermarks.high, topic().end().value());
}

// Promise 2.
TEST_F(ShardTest, RestartGoesOnWhereTheLogStands) {
  StoreSome();
  topic().Emit(Invoice("acme", "e-4", "i-3", 10));
  topic().Emit(Invoice("acme", "e-1", "i-1", 100));
  ASSERT_EQ(Start(), OkStatus());
  Drain();
  EXPECT_EQ(shard().status().duplicates, 1);
  EXPECT_EQ(Digest(), DigestOfWhole());
}

TEST_F(ShardTest, OrderlyStopCommitsEverything) {
  StoreSome();
  ASSERT_FALSE(disk().commits.empty());
  EXPECT_EQ(disk().commits.back().checkpoint.position, Position(3));
}

// Promise 2: what was appended and not committed is folded again.
TEST_F(ShardTest, KilledShardCatchesUpWithItsLog) {
  StoreSome();
  topic().Emit(Invoice("acme", "e-4", "i-3", 10));
  topic().Emit(Void("acme", "e-5", "e-3"));
  config().limits.commit_interval = std::chrono::hours(1);
  ASSERT_EQ(Start(), OkStatus());
  Drain();
  Kill();
  EXPECT_EQ(disk().commits.back().checkpoint.position, Position(3));
  EXPECT_EQ(disk().log->End(), Position(5));
  ASSERT_EQ(Start(), OkStatus());
  EXPECT_EQ(Digest(), DigestOfWhole());
}

TEST_F(ShardTest, CommitIsDueAfterSoManyRecords) {
  config().limits.commit_interval = std::chrono::hours(1);
  config().limits.commit_records_max = 3;
  ASSERT_EQ(Start(), OkStatus());
  topic().Emit(Invoice("acme", "e-1", "i-1", 10));
  topic().Emit(Invoice("acme", "e-2", "i-2", 10));
  Drain();
  EXPECT_EQ(shard().status().checkpoint, Position(0));
  topic().Emit(Invoice("acme", "e-3", "i-3", 10));
  while (shard().status().checkpoint < Position(3)) std::this_thread::yield();
}

TEST_F(ShardTest, ViewsThatAreGoneAreFoldedAnew) {
  StoreSome();
  disk().commits.clear();
  ASSERT_EQ(Start(), OkStatus());
  EXPECT_EQ(Digest(), DigestOfWhole());
}

TEST_F(ShardTest, RebuildGivesTheSameBytesAndTellsHowFarItIs) {
  StoreSome();
  disk().commits.back().rows.pop_back();  // views that lie
  config().rebuild = true;
  std::vector<std::pair<Position, Position>> told;
  config().progress = [&told](Position folded, Position end) { told.emplace_back(folded, end); };
  ASSERT_EQ(Start(), OkStatus());
  ASSERT_FALSE(told.empty());
  EXPECT_EQ(told.front(), std::pair(Position(0), Position(3)));
  EXPECT_EQ(told.back(), std::pair(Position(3), Position(3)));
  EXPECT_EQ(Digest(), DigestOfWhole());
}

TEST_F(ShardTest, ViewsAheadOfTheLogAreRefused) {
  StoreSome();
  disk().log = std::make_shared<InMemoryEventLog>(disk().log->Owner());
  ASSERT_EQ(Open(), OkStatus());
  shard().Start();
  const Status failure = shard().WaitUntilRunning();
  EXPECT_EQ(failure.code(), StatusCode::kFailedPrecondition);
  EXPECT_TRUE(Says(failure, "position 3") && Says(failure, "ends at 0") && Says(failure, "kontor rebuild")) << failure;
  EXPECT_FALSE(shard().Read(AccountId("acme")).ok());
}

TEST_F(ShardTest, ViewsOfAnotherLogAreRefused) {
  StoreSome();
  disk().commits.back().checkpoint.last_record = Sha256::Of("another record");
  ASSERT_EQ(Open(), OkStatus());
  shard().Start();
  const Status failure = shard().WaitUntilRunning();
  EXPECT_EQ(failure.code(), StatusCode::kFailedPrecondition);
  EXPECT_TRUE(Says(failure, "another record") && Says(failure, "kontor rebuild")) << failure;
}

TEST_F(ShardTest, ViewsOfANewerFoldAreRefusedAndThoseOfAnOlderFoldedAnew) {
  StoreSome();
  disk().commits.back().checkpoint.fold_version = kFoldVersion + 1;
  ASSERT_EQ(Open(), OkStatus());
  shard().Start();
  EXPECT_EQ(shard().WaitUntilRunning().code(), StatusCode::kFailedPrecondition);
  disk().commits.back().checkpoint.fold_version = kFoldVersion - 1;
  ASSERT_EQ(Start(), OkStatus());
  EXPECT_EQ(Digest(), DigestOfWhole());
  EXPECT_EQ(disk().commits.back().checkpoint.fold_version, kFoldVersion);
}

TEST_F(ShardTest, AnotherZoneFoldsAnew) {
  topic().Emit(Invoice("acme", "e-0", "i-0", 10, /*hour=*/15));  // the next day in Auckland
  StoreSome();
  const FoldOfThree elsewhere(*Zone::Load("Pacific/Auckland"));
  config().fold = &elsewhere.fold();
  ASSERT_EQ(Start(), OkStatus());
  EXPECT_NE(Digest().views, DigestOfWhole().views);
  EXPECT_EQ(disk().commits.front().checkpoint.zone, "Pacific/Auckland");
}

// --- Whose partition it is ---

TEST_F(ShardTest, AnotherClusterIsRefused) {
  StoreSome();
  facts().cluster_id = "cluster-b";
  const Status refused = Start();
  EXPECT_EQ(refused.code(), StatusCode::kFailedPrecondition);
  EXPECT_TRUE(Says(refused, "cluster-a") && Says(refused, "cluster-b")) << refused;
  EXPECT_EQ(shard().state(), ShardState::kFailed);
}

TEST_F(ShardTest, GrownPartitionCountIsRefused) {
  StoreSome();
  facts().partition_count = 4;
  const Status refused = Start();
  EXPECT_EQ(refused.code(), StatusCode::kFailedPrecondition);
  EXPECT_TRUE(Says(refused, "has 4 partitions") && Says(refused, "had 1")) << refused;
}

// Promise 3.
TEST_F(ShardTest, TopicMadeAnewIsTold) {
  StoreSome();
  topic().Clear();
  for (int i = 0; i < 5; ++i) topic().Emit(Invoice("acme", fmt::format("other-{}", i), "i-9", 1));
  const Status refused = Start();
  EXPECT_EQ(refused.code(), StatusCode::kDataLoss);
  EXPECT_TRUE(Says(refused, "was made anew") && Says(refused, "offset 2")) << refused;
  // What is known of it can still be read.
  EXPECT_TRUE(shard().Read(AccountId("acme")).ok());
}

TEST_F(ShardTest, TruncatedTopicIsTold) {
  StoreSome();
  topic().Clear();
  EXPECT_EQ(Start().code(), StatusCode::kDataLoss);
}

TEST_F(ShardTest, OpensWithoutTheBrokerWhatIsStored) {
  ASSERT_EQ(Open(/*with_facts=*/false).code(), StatusCode::kNotFound);
  StoreSome();
  ASSERT_EQ(Open(/*with_facts=*/false), OkStatus());
  shard().Start();
  ASSERT_EQ(shard().WaitUntilRunning(), OkStatus());
  EXPECT_TRUE(shard().Read(AccountId("acme")).ok());
  EXPECT_FALSE(shard().status().attached);
  EXPECT_EQ(Digest(), DigestOfWhole());
}

// --- What goes wrong while it runs ---

TEST_F(ShardTest, TroubleWithThePartitionStopsThisShardAndKeepsWhatIsKnown) {
  EmitSome();
  ASSERT_EQ(Start(), OkStatus());
  Drain();
  topic().FailNextPoll(DataLoss("a record's checksum fails"));
  EXPECT_TRUE(Says(Failure(), "checksum"));
  EXPECT_TRUE(fatal().empty());
  EXPECT_TRUE(shard().Read(AccountId("acme")).ok());
  EXPECT_EQ(Digest(), DigestOfWhole());
}

// Promise 5: on doubt about what is stored it stops, whoever met it, and nothing is answered from it.
TEST_F(ShardTest, DamageThatAReaderMetStopsTheShardAlone) {
  StoreSome();
  ASSERT_EQ(Start(), OkStatus());
  ASSERT_TRUE(shard().Read(AccountId("acme")).ok());
  disk().damaged = true;
  const Status read = shard().Read(AccountId("acme")).status();
  EXPECT_EQ(read.code(), StatusCode::kUnavailable);
  EXPECT_TRUE(Says(read, "checksum")) << read;
  EXPECT_EQ(shard().status().state, ShardState::kFailed);
  EXPECT_TRUE(Says(Failure(), "checksum"));
  EXPECT_EQ(shard().AccountsFrom(AccountId(), 1).status().code(), StatusCode::kUnavailable);
  EXPECT_TRUE(fatal().empty());
}

// Never that it is catching up, which is to ask again.
TEST_F(ShardTest, WhoFindsItGoneHearsWhy) {
  StoreSome();
  ASSERT_EQ(Open(), OkStatus());
  std::promise<Status> heard;
  observer().on_gone = [&] { heard.set_value(shard().Read(AccountId("acme")).status()); };
  shard().Start();
  ASSERT_EQ(shard().WaitUntilRunning(), OkStatus());
  disk().damaged = true;
  EXPECT_FALSE(shard().Read(AccountId("acme")).ok());
  const Status read = heard.get_future().get();
  EXPECT_TRUE(Says(read, "checksum")) << read;
}

TEST_F(ShardTest, DamageThatACommitMetStopsTheShardAlone) {
  StoreSome();
  disk().corrupt_commits = true;
  config().limits.commit_records_max = 1;
  ASSERT_EQ(Start(), OkStatus());
  topic().Emit(Invoice("acme", "e-4", "i-3", 10));
  EXPECT_TRUE(Says(Failure(), "checksum"));
  EXPECT_FALSE(shard().Read(AccountId("acme")).ok());
  EXPECT_TRUE(fatal().empty());
}

TEST_F(ShardTest, BrokerThatIsAwayIsWaitedFor) {
  config().limits.backoff_min = config().limits.backoff_max = std::chrono::milliseconds(1);
  for (int i = 0; i < 3; ++i) topic().FailNextPoll(Unavailable("nobody answers"));
  EmitSome();
  ASSERT_EQ(Start(), OkStatus());
  Drain();
  EXPECT_EQ(shard().state(), ShardState::kRunning);
  EXPECT_EQ(shard().status().trouble, OkStatus());
}

// Promise 5: after a failed write what is on the disk is unknown, so nothing more is done with it.
TEST_F(ShardTest, FailedAppendEndsTheProcess) {
  StoreSome();
  disk().appends_until_failure = 0;
  ASSERT_EQ(Start(), OkStatus());
  topic().Emit(Invoice("acme", "e-4", "i-3", 10));
  WaitForFailure();
  ASSERT_EQ(fatal().size(), 1U);
  EXPECT_TRUE(Says(fatal()[0], "the disk is gone") && Says(fatal()[0], "kontor.events/0")) << fatal()[0];
  const size_t commits = disk().commits.size();
  EXPECT_FALSE(shard().CommitNow().ok());
  Stop();
  EXPECT_EQ(disk().commits.size(), commits);
}

// Promise 1: the hint to Kafka never passes what the log holds for good.
TEST_F(ShardTest, HintNeverPassesTheLog) {
  StoreSome();
  EXPECT_EQ(topic().hinted(), disk().log->NextOffset());
  disk().appends_until_failure = 0;
  ASSERT_EQ(Start(), OkStatus());
  topic().Emit(Invoice("acme", "e-4", "i-3", 10));
  WaitForFailure();
  Stop();
  EXPECT_EQ(topic().hinted(), disk().log->NextOffset());
  EXPECT_EQ(topic().hinted(), Offset(3));
}

TEST_F(ShardTest, FailedCommitEndsTheProcess) {
  StoreSome();
  topic().Emit(Invoice("acme", "e-4", "i-3", 10));
  ASSERT_EQ(Start(), OkStatus());
  Drain();
  disk().commits_until_failure = 0;
  EXPECT_FALSE(shard().CommitNow().ok());
  EXPECT_EQ(fatal().size(), 1U);
}

TEST_F(ShardTest, DamagedRowStopsTheShardAndNothingOfTheSliceShows) {
  StoreSome();
  disk().corrupt_row = RowKey::Entity(AccountId("acme"), {EntityKind::kInvoice, "crm", "i-1"}).bytes();
  ASSERT_EQ(Start(), OkStatus());
  topic().Emit(Void("acme", "e-4", "e-1"));
  EXPECT_TRUE(Says(Failure(), "checksum"));
  EXPECT_TRUE(fatal().empty());
  EXPECT_EQ(shard().Read(AccountId("acme"))->position(), Position(3));
  EXPECT_FALSE(shard().CommitNow().ok());
  Stop();
  EXPECT_EQ(disk().commits.back().checkpoint.position, Position(3));
  // Once mended, the log gives what is missing.
  disk().corrupt_row.clear();
  ASSERT_EQ(Start(), OkStatus());
  EXPECT_EQ(Digest(), DigestOfWhole());
}

// --- Taken away, given back, asked, stopped ---

TEST_F(ShardTest, PartitionThatIsTakenAwayAndComesBackIsReadOn) {
  EmitSome();
  ASSERT_EQ(Start(), OkStatus());
  Drain();
  shard().Detach();
  EXPECT_EQ(disk().commits.back().checkpoint.position, Position(3));
  EXPECT_EQ(shard().state(), ShardState::kRunning) << "it answers from what it knows";
  EXPECT_EQ(observer().gone(), 0);
  shard().Retire();
  EXPECT_EQ(shard().state(), ShardState::kStopped);
  EXPECT_EQ(observer().gone(), 1);
  topic().Emit(Invoice("acme", "e-4", "i-3", 10));
  const Result<Offset> start = shard().StartOffset(facts(), &source());
  ASSERT_TRUE(start.ok());
  EXPECT_EQ(*start, Offset(3));
  shard().Attach(topic().ReaderFrom(*start));
  Drain();
  EXPECT_EQ(Digest(), DigestOfWhole());
}

// A start whose views are behind takes longer than the group: what it gave to others is not announced when it is caught
// up with, but once it comes back.
TEST_F(ShardTest, PartitionThatIsTakenAwayBeforeItIsCaughtUpWithIsNotAnnounced) {
  StoreSome();
  ASSERT_EQ(Open(), OkStatus());
  std::atomic<int> announced = 0;
  observer().on_readable = [&](const ShardId&) { ++announced; };
  shard().Retire();
  shard().Start();
  ASSERT_EQ(shard().WaitUntilRunning(), OkStatus());
  EXPECT_EQ(shard().state(), ShardState::kStopped);
  EXPECT_EQ(announced, 0);
  const Result<Offset> start = shard().StartOffset(facts(), &source());
  ASSERT_TRUE(start.ok());
  shard().Attach(topic().ReaderFrom(*start));
  topic().Emit(Invoice("acme", "e-9", "i-9", 10));
  Drain();
  EXPECT_EQ(announced, 1);
  EXPECT_EQ(observer().gone(), 0);
}

TEST_F(ShardTest, ReaderThatWasCancelledIsLetGoOf) {
  EmitSome();
  ASSERT_EQ(Start(), OkStatus());
  Drain();
  topic().FailNextPoll(Cancelled("taken away"));
  while (shard().status().attached) std::this_thread::yield();
  EXPECT_EQ(shard().state(), ShardState::kRunning);
  shard().Detach();
  EXPECT_EQ(shard().state(), ShardState::kRunning);
}

TEST_F(ShardTest, StoppedShardStillAnswers) {
  EmitSome();
  ASSERT_EQ(Start(), OkStatus());
  Drain();
  const Digests running = Digest();
  shard().Stop();
  EXPECT_EQ(shard().state(), ShardState::kStopped);
  EXPECT_EQ(Digest(), running);
  EXPECT_TRUE(shard().Read(AccountId("acme")).ok());
}

TEST_F(ShardTest, VersionOutlivesTheShard) {
  StoreSome();
  ASSERT_EQ(Start(), OkStatus());
  const AccountVersion version = *shard().Read(AccountId("acme"));
  Stop();
  int rows = 0;
  EXPECT_EQ(version.ScanRows(RowKey::AccountPrefix(AccountId("acme")), {},
                             [&rows](std::string_view, std::string_view) { return ++rows > 0; }),
            OkStatus());
  EXPECT_GT(rows, 1);
}

TEST_F(ShardTest, ReferenceShardTakesReferenceBodiesOnly) {
  config().role = TopicRole::kReference;
  topic().Emit(MakeEvent("", "e-1", "accounts_merged { survivor: 'a' absorbed: 'b' }"));
  topic().Emit(Invoice("acme", "e-2", "i-1", 10));
  ASSERT_EQ(Start(), OkStatus());
  Drain();
  EXPECT_EQ(shard().status().accepted, 1);
  EXPECT_EQ(shard().status().rejected, 1);
  int rows = 0;
  EXPECT_EQ(shard()
                .Read(AccountId())
                ->ScanRows(RowKey::AccountPrefix(AccountId()), {},
                           [&rows](std::string_view, std::string_view) { return ++rows > 0; }),
            OkStatus());
  EXPECT_GT(rows, 0);
  EXPECT_EQ(shard().AccountsFrom(AccountId(), 10)->size(), 0U);
}

}  // namespace
}  // namespace kontor
