#include "engine/shard/shard_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>

#include "engine/shard/shard_fixture.h"

namespace kontor {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// Takes every letter.
class OpenSink final : public EventSink {
 public:
  Status Send(OutRecord, Delivered done) override {
    done(OkStatus(), Partition(0), Offset(0));
    return OkStatus();
  }
  Status Flush(std::chrono::milliseconds) override { return OkStatus(); }
};

// A cluster that does not answer, or tells a topic's configuration only after so many questions.
class BusySource final : public FakeSource {
 public:
  Result<TopicDescription> DescribeTopic(const std::string& topic, std::chrono::milliseconds timeout) override {
    if (answers.valid()) answers.wait();
    if (away) return Unavailable("no broker answers at kafka:9092");
    Result<TopicDescription> described = FakeSource::DescribeTopic(topic, timeout);
    if (described.ok() && unanswered > 0) {
      --unanswered;
      described->config = Unavailable("the broker is busy");
    }
    return described;
  }

  std::shared_future<void> answers;  // valid: nothing is told before
  bool away = false;
  int unanswered = 0;  // of the asking thread, once there is one
};

class ShardSetTest : public testing::Test {
 protected:
  static constexpr int32_t kPartitions = 2;

  void MakeTopics() {
    source_.topic("kontor.events", kPartitions);
    source_.topic("kontor.reference");
    source_.topic("kontor.rejected");
  }
  ShardSetConfig Config(bool with_broker) {
    ShardSetConfig config;
    config.stores = &stores_;
    config.source = with_broker ? &source_ : nullptr;
    config.sink = with_broker ? &sink_ : nullptr;
    config.fold = &fold_.fold();
    config.observer = &observer_;
    config.fatal = [](const Status& status) { FAIL() << status; };
    config.ask_again_min = config.ask_again_max = std::chrono::milliseconds(1);
    return config;
  }
  void Open(bool with_broker = true) {
    set_ = std::make_unique<ShardSet>(Config(with_broker));
    ASSERT_EQ(set_->Open(), OkStatus());
  }
  // As the group does it.
  Status Assign(int32_t partition, int32_t count = kPartitions) {
    source_.WaitForSubscriber();
    const TopicFacts facts = {.cluster_id = "cluster-a", .partition_count = count};
    KONTOR_ASSIGN_OR_RETURN(const Offset start, set_->StartOffset(Partition(partition), facts));
    set_->OnAssigned(Partition(partition), source_.partition("kontor.events", partition).ReaderFrom(start));
    return OkStatus();
  }
  void Close() {
    set_.reset();
    source_.Forget();
  }
  // An account of a partition.
  static std::string AccountOn(int32_t partition) {
    for (int i = 0;; ++i) {
      std::string account = fmt::format("account-{}", i);
      if (PartitionOf(Partitioner::kMurmur2, account, kPartitions) == Partition(partition)) return account;
    }
  }
  void Emit(int32_t partition, const std::string& id) {
    source_.partition("kontor.events", partition).Emit(Invoice(AccountOn(partition), id, "i-1", 10));
  }
  template <typename Condition>
  void WaitUntil(Condition condition) {
    while (!condition()) std::this_thread::yield();
  }
  void WaitUntilFolded(int32_t partition, uint64_t position) {
    WaitUntil([&] {
      const auto shard = set_->Find({"kontor.events", Partition(partition)});
      return shard.ok() && (*shard)->state() == ShardState::kRunning && (*shard)->status().folded == Position(position);
    });
  }

  BusySource source_;
  FakeStores stores_;
  OpenSink sink_;
  FoldOfThree fold_;
  FakeObserver observer_;
  std::unique_ptr<ShardSet> set_;
};

TEST_F(ShardSetTest, EveryAssignedPartitionHasAShardThatAnswersForItsAccounts) {
  MakeTopics();
  Open();
  for (int32_t partition = 0; partition < kPartitions; ++partition) {
    ASSERT_EQ(Assign(partition), OkStatus());
    Emit(partition, "e-1");
    WaitUntilFolded(partition, 1);
    const auto shard = set_->ShardOf(AccountId(AccountOn(partition)));
    ASSERT_TRUE(shard.ok()) << shard.status();
    EXPECT_EQ((*shard)->id().partition, Partition(partition));
  }
  EXPECT_EQ(set_->events().size(), 2U);
  EXPECT_EQ(set_->partition_count(), kPartitions);
  WaitUntil([this] { return set_->readiness().reasons.empty(); });
  EXPECT_EQ(set_->cluster_id(), "cluster-a");
}

TEST_F(ShardSetTest, IsNotReadyBeforeTheBrokerHasAnsweredAndPartitionsAreGiven) {
  MakeTopics();
  std::promise<void> answers;
  source_.answers = answers.get_future().share();
  Open();
  EXPECT_THAT(set_->readiness().reasons, ElementsAre("topic kontor.events is being asked for"));
  answers.set_value();

  source_.WaitForSubscriber();
  const TopicFacts facts = {.cluster_id = "cluster-a", .partition_count = kPartitions};
  ASSERT_TRUE(set_->StartOffset(Partition(0), facts).ok());
  WaitUntil([this] { return set_->reference() != nullptr && set_->reference()->state() == ShardState::kRunning; });
  EXPECT_THAT(set_->readiness().reasons, ElementsAre("no partition of kontor.events was given to this instance yet"));
}

TEST_F(ShardSetTest, MissingEventsTopicIsWaitedFor) {
  Open();
  WaitUntil([this] {
    return testing::Value(set_->readiness().reasons, Contains(HasSubstr("kontor.events is not there yet")));
  });
  EXPECT_EQ(set_->ShardOf(AccountId("acme")).status().code(), StatusCode::kUnavailable);
}

TEST_F(ShardSetTest, MissingReferenceAndRejectedTopicsAreMade) {
  source_.topic("kontor.events", kPartitions);
  Open();
  WaitUntil([this] { return set_->reference() != nullptr && set_->reference()->status().attached; });
  WaitUntil([this] { return source_.has("kontor.rejected"); });
  source_.partition("kontor.reference", 0)
      .Emit(MakeEvent("", "m-1", "accounts_merged { survivor: 'a' absorbed: 'b' }"));
  WaitUntil([this] { return set_->reference()->status().folded == Position(1); });
}

TEST_F(ShardSetTest, RefusedTopicsAreWarnings) {
  source_.topic("kontor.events", kPartitions);
  source_.set_refusal(PermissionDenied("not for you"));
  Open();
  ASSERT_EQ(Assign(0), OkStatus());
  WaitUntil([this] { return set_->readiness().warnings.size() >= 2 && set_->readiness().reasons.empty(); });
  EXPECT_THAT(set_->readiness().warnings, Contains(HasSubstr("topic kontor.reference")));
  EXPECT_THAT(set_->readiness().warnings, Contains(HasSubstr("topic kontor.rejected")));
  EXPECT_THAT(set_->readiness().warnings, Contains(HasSubstr("not for you")));
}

TEST_F(ShardSetTest, OneTopicOfTwoRolesIsRefused) {
  for (const bool reads_on : {true, false}) {  // a folder that is only read is told from as it stands
    ShardSetConfig config = Config(reads_on);
    config.rejected_topic = config.events_topic;
    EXPECT_EQ(ShardSet(std::move(config)).Open().code(), reads_on ? StatusCode::kInvalidArgument : StatusCode::kOk);
  }
}

TEST_F(ShardSetTest, CompactedTopicIsRefused) {
  MakeTopics();
  source_.topic("kontor.events").config->cleanup_policy = "compact,delete";
  Open();
  WaitUntil([this] { return testing::Value(set_->readiness().reasons, Contains(HasSubstr("compacted"))); });
}

TEST_F(ShardSetTest, AbsentBrokerIsAReasonWhereNothingIsStoredAndIsToldOnce) {
  source_.away = true;
  Open();
  WaitUntil([this] { return set_->readiness().warnings.size() >= 2 && !set_->readiness().reasons.empty(); });
  EXPECT_THAT(set_->readiness().reasons, ElementsAre("topic kontor.events: no broker answers at kafka:9092"));
  EXPECT_THAT(set_->readiness().warnings, Not(Contains(HasSubstr("topic kontor.events:"))));
}

TEST_F(ShardSetTest, ConfigurationThatCannotBeReadYetIsAskedForAgain) {
  MakeTopics();
  for (const char* topic : {"kontor.events", "kontor.reference"}) {
    source_.topic(topic).config->cleanup_policy = "compact";
  }
  source_.unanswered = 7;
  Open();
  for (const char* topic : {"kontor.events", "kontor.reference"}) {
    WaitUntil([&] {
      return testing::Value(set_->readiness().reasons,
                            Contains(HasSubstr(fmt::format("topic {} is compacted", topic))));
    });
  }
  EXPECT_EQ(set_->reference(), nullptr);
}

TEST_F(ShardSetTest, ConfigurationThatIsNotToldIsWarnedOfAndTheTopicRead) {
  MakeTopics();
  source_.topic("kontor.events").config = PermissionDenied("not for you");
  Open();
  ASSERT_EQ(Assign(0), OkStatus());
  WaitUntil([this] { return testing::Value(set_->readiness().warnings, Contains(HasSubstr("not for you"))); });
}

TEST_F(ShardSetTest, TopicThatForgetsIsWarnedOf) {
  MakeTopics();
  source_.topic("kontor.events").config->retention_ms = 604'800'000;
  Open();
  WaitUntil([this] { return !set_->readiness().warnings.empty(); });
  EXPECT_THAT(set_->readiness().warnings, Contains(HasSubstr("retention.ms=604800000")));
}

TEST_F(ShardSetTest, ReferenceTopicOfSeveralPartitionsIsRefused) {
  source_.topic("kontor.events", kPartitions);
  source_.topic("kontor.reference", 3);
  source_.topic("kontor.rejected");
  Open();
  WaitUntil([this] { return testing::Value(set_->readiness().reasons, Contains(HasSubstr("must have one"))); });
}

TEST_F(ShardSetTest, AnotherClusterIsRefused) {
  MakeTopics();
  Open();
  ASSERT_EQ(Assign(0), OkStatus());
  Close();
  source_.topic("kontor.events").facts.cluster_id = "cluster-b";
  Open();
  WaitUntil([this] { return testing::Value(set_->readiness().reasons, Contains(HasSubstr("cluster-b"))); });
}

TEST_F(ShardSetTest, GrownTopicIsRefusedByOldAndNewPartitions) {
  MakeTopics();
  Open();
  ASSERT_EQ(Assign(0), OkStatus());
  EXPECT_EQ(Assign(2, /*count=*/3).code(), StatusCode::kFailedPrecondition);
  Close();
  Open();
  WaitUntilFolded(0, 0);
  EXPECT_EQ(Assign(0, /*count=*/3).code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(Assign(2, /*count=*/3).code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(set_->partition_count(), kPartitions);
}

TEST_F(ShardSetTest, StoredShardsAnswerBeforeTheBrokerDoes) {
  MakeTopics();
  Open();
  ASSERT_EQ(Assign(0), OkStatus());
  Emit(0, "e-1");
  WaitUntilFolded(0, 1);
  Close();
  Open(/*with_broker=*/false);
  ASSERT_EQ(set_->WaitUntilCaughtUp(), OkStatus());
  const auto shard = set_->ShardOf(AccountId(AccountOn(0)));
  ASSERT_TRUE(shard.ok());
  EXPECT_TRUE((*shard)->Read(AccountId(AccountOn(0))).ok());
  EXPECT_EQ(set_->ShardOf(AccountId(AccountOn(1))).status().code(), StatusCode::kUnavailable);
  EXPECT_THAT(set_->readiness().reasons, IsEmpty());
}

TEST_F(ShardSetTest, PartitionThatMovedAwayIsNotAnsweredForEvenAfterARestart) {
  MakeTopics();
  Open();
  ASSERT_EQ(Assign(0), OkStatus());
  ASSERT_EQ(Assign(1), OkStatus());
  Emit(1, "e-1");
  WaitUntilFolded(1, 1);
  for (const int32_t partition : {0, 1}) set_->OnRevoked(Partition(partition));
  EXPECT_TRUE(set_->ShardOf(AccountId(AccountOn(1))).ok()) << "nobody else has it yet";
  EXPECT_EQ(set_->events().size(), 2U);
  set_->OnGiven({Partition(0)});
  EXPECT_EQ(set_->ShardOf(AccountId(AccountOn(1))).status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(set_->events().size(), 1U);
  Close();
  Open(/*with_broker=*/false);
  ASSERT_EQ(set_->WaitUntilCaughtUp(), OkStatus());
  EXPECT_EQ(set_->events().size(), 1U);
  Close();
  Open();
  Emit(1, "e-2");
  ASSERT_EQ(Assign(1), OkStatus());
  WaitUntilFolded(1, 2);
  EXPECT_TRUE(set_->ShardOf(AccountId(AccountOn(1))).ok());
}

// A broker that had no sign of us for long takes everything back, and gives nothing while it is away.
TEST_F(ShardSetTest, PartitionsThatAreTakenBackAndNotGivenAnewAreAnsweredForOverARestartToo) {
  MakeTopics();
  Open();
  for (const int32_t partition : {0, 1}) {
    ASSERT_EQ(Assign(partition), OkStatus());
    Emit(partition, "e-1");
    WaitUntilFolded(partition, 1);
  }
  for (const int32_t partition : {0, 1}) set_->OnRevoked(Partition(partition));
  Close();
  Open(/*with_broker=*/false);
  ASSERT_EQ(set_->WaitUntilCaughtUp(), OkStatus());
  EXPECT_EQ(set_->events().size(), 2U);
  EXPECT_TRUE((*set_->ShardOf(AccountId(AccountOn(1))))->Read(AccountId(AccountOn(1))).ok());
}

// Its views are readable before it is given: whoever is told must be able to find it.
TEST_F(ShardSetTest, StoredPartitionThatComesBackIsAnnouncedOnceItCanBeFound) {
  MakeTopics();
  Open();
  ASSERT_EQ(Assign(1), OkStatus());
  Emit(1, "e-1");
  WaitUntilFolded(1, 1);
  set_->OnRevoked(Partition(1));
  set_->OnGiven({});
  Close();
  std::atomic<bool> found = false;
  observer_.on_readable = [&](const ShardId& shard) { found = found || (set_ != nullptr && set_->Find(shard).ok()); };
  Open();
  source_.WaitForSubscriber();
  const Result<Offset> start =
      set_->StartOffset(Partition(1), {.cluster_id = "cluster-a", .partition_count = kPartitions});
  ASSERT_TRUE(start.ok()) << start.status();
  EXPECT_FALSE(set_->Find({"kontor.events", Partition(1)}).ok());
  set_->OnAssigned(Partition(1), source_.partition("kontor.events", 1).ReaderFrom(*start));
  WaitUntil([&] { return found.load(); });
}

TEST_F(ShardSetTest, PartitionThatComesBackGoesOn) {
  MakeTopics();
  Open();
  ASSERT_EQ(Assign(0), OkStatus());
  Emit(0, "e-1");
  WaitUntilFolded(0, 1);
  set_->OnRevoked(Partition(0));
  Emit(0, "e-2");
  ASSERT_EQ(Assign(0), OkStatus());
  WaitUntilFolded(0, 2);
}

TEST_F(ShardSetTest, FailedShardIsNamedAndTheOthersGoOn) {
  MakeTopics();
  Open();
  ASSERT_EQ(Assign(0), OkStatus());
  ASSERT_EQ(Assign(1), OkStatus());
  WaitUntil([this] { return set_->readiness().reasons.empty(); });
  source_.partition("kontor.events", 0).FailNextPoll(DataLoss("a record's checksum fails"));
  WaitUntil([this] {
    return testing::Value(set_->readiness().reasons, Contains(HasSubstr("kontor.events/0: a record's checksum fails")));
  });
  EXPECT_THAT(set_->readiness().reasons, Not(Contains(HasSubstr("kontor.events/1"))));
  Emit(1, "e-1");
  WaitUntilFolded(1, 1);
}

TEST_F(ShardSetTest, LogThatCannotBeReadWhereItsDispositionsWereStoredEndsNothing) {
  constexpr uint64_t kStretch = DispositionMap::kStretch;
  const auto emit = [this](uint64_t from, uint64_t to) {
    for (uint64_t i = from; i < to; ++i) Emit(0, fmt::format("e-{}", i));
    WaitUntilFolded(0, to);
  };
  MakeTopics();
  Open();
  ASSERT_EQ(Assign(0), OkStatus());
  emit(0, kStretch + 1);
  Close();
  stores_.disk({"kontor.events", Partition(0)}).corrupt_records = {Position(kStretch - 1), Position(2 * kStretch - 1)};
  for (const uint64_t stretches : {1, 2}) {  // stored, and to be stored
    Open();
    ASSERT_EQ(Assign(0), OkStatus());
    emit(stretches * kStretch + 1, (stretches + 1) * kStretch + 1);
    EXPECT_TRUE(
        set_->dispositions()->MayHold({"kontor.events", Partition(0)}, Position(0), log::v1::DISPOSITION_REJECTED));
    Close();
  }
}

TEST_F(ShardSetTest, RecordsOnAnotherPartitionThanThePartitionersAreWarnedOf) {
  MakeTopics();
  Open();
  ASSERT_EQ(Assign(0), OkStatus());
  ASSERT_EQ(Assign(1), OkStatus());
  source_.partition("kontor.events", 0).Emit(Invoice(AccountOn(1), "e-1", "i-1", 10));
  WaitUntil([this] {
    return testing::Value(set_->readiness().warnings,
                          Contains(HasSubstr("kontor.events/0: 1 records were rejected, for "
                                             "partitioner murmur2 puts their keys on other")));
  });
  EXPECT_THAT(set_->readiness().warnings, Not(Contains(HasSubstr("kontor.events/1:"))));
}

TEST_F(ShardSetTest, RefusedRecordsReachTheDeadLetterTopic) {
  MakeTopics();
  Open();
  ASSERT_EQ(Assign(0), OkStatus());
  source_.partition("kontor.events", 0).EmitRaw(AccountOn(0), "\xff");
  WaitUntilFolded(0, 1);
  const ShardId id = {"kontor.events", Partition(0)};
  WaitUntil([&] { return set_->DeadLetterSent(id, Position(0)); });
  EXPECT_EQ(set_->dead_letters_waiting(), 0);
  Close();
  Open(/*with_broker=*/false);
  EXPECT_TRUE(set_->DeadLetterSent(id, Position(0)));
  EXPECT_FALSE(set_->DeadLetterSent(id, Position(1)));
}

}  // namespace
}  // namespace kontor
