// The doctor on a machine and on a broker inside this process, and how it tells what it found.
#include "tools/kontor/doctor/doctor.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "engine/source/kafka_embedded_broker.h"
#include "engine/source/kafka_sink.h"
#include "tests/conformance/temp_folder.h"
#include "tools/kontor/doctor/broker_checks.h"
#include "tools/kontor/doctor/check_matcher.h"
#include "tools/kontor/doctor/machine_checks.h"
#include "tools/kontor/golden.h"

namespace kontor {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;

TEST(MachineChecksTest, OpenFilesAndClock) {
  EXPECT_EQ(JudgeOpenFiles(65'536, 65'536).verdict, Verdict::kOk);
  EXPECT_THAT(JudgeOpenFiles(1'024, 1'048'576), Is(Verdict::kWarning, "1,024 may be open", "ulimit -n"));
  EXPECT_THAT(JudgeOpenFiles(256, 512), Is(Verdict::kFailed, "too few", "limits.conf"));
  EXPECT_EQ(JudgeClock({true, true, 1'500}).what, "kept in time, at most 2 ms off");
  EXPECT_EQ(JudgeClock({true, false, 0}).verdict, Verdict::kWarning);
  EXPECT_EQ(JudgeClock({}).verdict, Verdict::kOk);
}

TEST(MachineChecksTest, Address) {
  EXPECT_THAT(CheckListen("127.0.0.1:0", false, false), Is(Verdict::kOk, "is free"));
  EXPECT_THAT(CheckListen("0.0.0.0:0", false, false), Is(Verdict::kFailed, "must show a token", "--auth-token-file"));
  EXPECT_THAT(CheckListen("0.0.0.0:0", true, false), Is(Verdict::kOk, "is free"));
  EXPECT_THAT(CheckListen("nonsense", true, false), Is(Verdict::kFailed, "is no HOST:PORT", "write it as"));
}

TEST(MachineChecksTest, Token) {
  const TempFolder folder;
  const std::string token = (folder.path() / "token").string();
  EXPECT_THAT(CheckToken(token), Is(Verdict::kFailed, "there is no " + token, "openssl rand"));
  std::ofstream(token) << "s3cret\n";
  fs::permissions(token, fs::perms::owner_read | fs::perms::group_read);
  EXPECT_THAT(CheckToken(token), Is(Verdict::kFailed, "others than its owner", "chmod 600"));
  fs::permissions(token, fs::perms::owner_read);
  EXPECT_THAT(CheckToken(token), Is(Verdict::kOk, token + " is its owner's alone"));
}

TEST(MachineChecksTest, BadTokenLeavesTheAddressToBeLookedAt) {
  const TempFolder folder;
  DoctorOptions options;
  options.broker.kafka.properties["no.such.setting"] = "1";  // nobody is asked
  options.auth_token_file = (folder.path() / "none").string();
  options.listen = "nonsense";
  EXPECT_THAT(RunChecks(options), AllOf(Contains(Is(Verdict::kFailed, "there is no " + options.auth_token_file)),
                                        Contains(Is(Verdict::kFailed, "is no HOST:PORT"))));
}

class BrokerChecksTest : public ::testing::Test {
 protected:
  BrokerChecksTest() : cluster_(*KafkaEmbeddedBroker::Start({{"e", 4}, {"r", 1}, {"x", 1}})) {
    broker_.kafka.brokers = cluster_->brokers();
    broker_.kafka.properties["log_level"] = "3";
  }
  void Send(Partitioner partitioner, int count) {
    const auto sink = *KafkaSink::Open(broker_.kafka, partitioner);
    for (int i = 0; i < count; ++i) {
      OutRecord record;
      record.topic = "e";
      record.key = fmt::format("account-{}", i);
      record.value = "v";
      ASSERT_TRUE(sink->Send(std::move(record), [](const Status&, Partition, Offset) {}).ok());
    }
    ASSERT_TRUE(sink->Flush(std::chrono::minutes(1)).ok());
  }
  Checks Judge() { return CheckBroker(broker_, {.events = "e", .reference = "r", .rejected = "x"}).checks; }

  std::unique_ptr<KafkaEmbeddedBroker> cluster_;
  BrokerOptions broker_;
};

TEST_F(BrokerChecksTest, RecordsAreComparedWithThePartitioner) {
  Send(Partitioner::kMurmur2, 1'000);
  const Checks checks = Judge();
  EXPECT_THAT(checks, AllOf(Contains(Is(Verdict::kOk, "1 broker at " + broker_.kafka.brokers)),
                            Contains(Is(Verdict::kOk, "records stand where murmur2 puts them")),
                            Contains(Is(Verdict::kOk, "4 partitions"))));
}

TEST_F(BrokerChecksTest, WrongPartitionerIsFound) {
  Send(Partitioner::kCrc32, 100);
  EXPECT_THAT(Judge(), Contains(Is(Verdict::kFailed, "crc32 gives just these", "--partitioner crc32")));
}

TEST_F(BrokerChecksTest, WrongOptionIsSaidAndNobodyAsked) {
  broker_.kafka.properties["no.such.setting"] = "1";
  EXPECT_THAT(Judge(), AllOf(Contains(Is(Verdict::kFailed, "no.such.setting")), ::testing::SizeIs(1)));
}

TEST(ChecksTextTest, VerdictsAndRemediesAreLinedUp) {
  const Checks checks = {
      Well("broker", "1 broker at localhost:9092, cluster c"),
      Doubtful("topic kontor.events", "forgets its records (retention.ms=604800000)",
               "kafka-configs.sh --alter --entity-type topics --entity-name kontor.events"),
      Ill("listen", "cannot listen on 127.0.0.1:8686: Address already in use; name another with --listen")};
  Console console;
  std::string text;
  for (const int width : {0, 80, 50}) {
    console.width = width;
    text += ChecksText(checks, console) + "\n";
  }
  ExpectGolden(text, "doctor.txt");
  EXPECT_THAT(ChecksJson(checks), AllOf(HasSubstr(R"("verdict":"warning")"), HasSubstr(R"("failed":1)")));
}

}  // namespace
}  // namespace kontor
