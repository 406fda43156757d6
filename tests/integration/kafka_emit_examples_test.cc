// What proto/README.md tells emitters works: the Python, Java and shell examples, run as they stand with stock clients,
// send events that Kontor accepts, on the partitions where it looks for them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "engine/event/decoder.h"
#include "engine/event/validator.h"
#include "tests/conformance/temp_folder.h"
#include "tests/integration/kafka_world.h"

namespace kontor {
namespace {

using event::v1::Event;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr int32_t kPartitions = 6;
constexpr std::chrono::seconds kTimeout(30);
constexpr char kAccount[] = "acme";
constexpr char kJars[] = "build/kafka-jars/*:/usr/share/java/protobuf.jar";

class EmitExamplesTest : public testing::Test {
 protected:
  // Runs a command in the repository's root; its exit code.
  static int Run(const std::string& command) {
    const int status = std::system(command.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  // Debian's own Python, which has the packaged client, whatever else stands first in PATH.
  int EmitByPython(const std::string& account) {
    const std::string classes = folder_ / "classes";
    std::filesystem::create_directory(classes);
    EXPECT_EQ(Run("cd proto && protoc --python_out=" + classes + " $(find kontor -name '*.proto')"), 0);
    return Run("PYTHONPATH=" + classes + " /usr/bin/python3 proto/examples/python/emit.py --brokers " + TestBroker() +
               " --topic " + topic_ + " --account '" + account + "'");
  }

  int EmitByShell(const std::string& account, const std::string& event) {
    const std::string file = folder_ / "event.txtpb";
    std::ofstream(file) << event;
    return Run("proto/examples/shell/emit.sh " + TestBroker() + " " + topic_ + " '" + account + "' <" + file);
  }

  // With the jars of the broker, and Debian's protobuf, which is of one version with its protoc.
  void CompileJava() {
    const std::string sources = folder_ / "java";
    std::filesystem::create_directory(sources);
    ASSERT_EQ(Run("cd proto && protoc --java_out=" + sources + " $(find kontor -name '*.proto')"), 0);
    ASSERT_EQ(Run("javac -nowarn -cp '" + std::string(kJars) + "' -sourcepath " + sources + " -d " + sources +
                  "/classes proto/examples/java/Emit.java"),
              0);
  }
  int EmitByJava(const std::string& account) {
    const std::string classes = folder_ / "java/classes";
    return Run("java -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp '" + classes + ":" + kJars + "' Emit " +
               TestBroker() + " " + topic_ + " '" + account + "'");
  }

  // Every event of the topic, each checked as intake checks it; what intake would reject is a failure.
  std::vector<Event> Accepted() {
    std::vector<Event> events;
    const std::unique_ptr<EventSource> source = world_.NewSource("");
    for (int32_t partition = 0; partition < kPartitions; ++partition) {
      auto reader = source->OpenPartition(topic_, Partition(partition), Offset(0), kTimeout);
      if (!reader.ok()) {
        ADD_FAILURE() << Text(reader.status());
        continue;
      }
      for (bool at_end = false; !at_end;) {
        const auto batch = (*reader)->Poll(100, 1 << 20, kTimeout);
        if (!batch.ok()) {
          ADD_FAILURE() << Text(batch.status());
          break;
        }
        for (const RawRecord& record : batch->records) Take(record, Partition(partition), &events);
        at_end = batch->at_end;
      }
    }
    return events;
  }

  KafkaWorld world_;
  const std::string topic_ = world_.NewTopic(kPartitions);

 private:
  static void Take(const RawRecord& record, Partition partition, std::vector<Event>* events) {
    google::protobuf::Arena arena;
    const auto decoded = DecodeEvent(record, &arena);
    if (const auto* rejection = std::get_if<Rejection>(&decoded)) {
      ADD_FAILURE() << rejection->text;
      return;
    }
    const Event& event = *std::get<const Event*>(decoded);
    const IntakeContext context{TopicRole::kEvents, partition, kPartitions, Partitioner::kMurmur2};
    if (const auto rejection = Validate(event, record, context)) {
      ADD_FAILURE() << rejection->field << ": " << rejection->text;
    }
    events->push_back(event);
  }

  TempFolder folder_;
};

TEST(EmitExamplesAccountTest, TellsThePartitionersApart) {
  EXPECT_NE(PartitionOf(Partitioner::kMurmur2, kAccount, kPartitions),
            PartitionOf(Partitioner::kCrc32, kAccount, kPartitions));
}

TEST_F(EmitExamplesTest, PythonEmitsFactsThatAreAccepted) {
  ASSERT_EQ(EmitByPython(kAccount), 0);
  std::vector<std::string> bodies;
  for (const Event& event : Accepted()) {
    EXPECT_EQ(event.account_id(), kAccount);
    bodies.emplace_back(BodyName(event));
  }
  EXPECT_THAT(bodies, ElementsAre("account_opened", "invoice_issued", "payment_received"));
}

TEST_F(EmitExamplesTest, PythonEmittingAgainRepeatsItsIdentitiesAndContents) {
  ASSERT_EQ(EmitByPython(kAccount), 0);
  ASSERT_EQ(EmitByPython(kAccount), 0);
  const std::vector<Event> events = Accepted();
  ASSERT_EQ(events.size(), 6U);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(IdentityOf(events[i]), IdentityOf(events[i + 3]));
    EXPECT_TRUE(SameContent(events[i], events[i + 3]));
  }
}

TEST_F(EmitExamplesTest, JavaEmitsAFactThatIsAcceptedAndRepeatsIt) {
  CompileJava();
  ASSERT_EQ(EmitByJava(kAccount), 0);
  ASSERT_EQ(EmitByJava(kAccount), 0);
  const std::vector<Event> events = Accepted();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].account_id(), kAccount);
  EXPECT_EQ(BodyName(events[0]), "invoice_issued");
  EXPECT_EQ(IdentityOf(events[0]), IdentityOf(events[1]));
  EXPECT_TRUE(SameContent(events[0], events[1]));
}

TEST_F(EmitExamplesTest, ShellEmitsAFactThatIsAccepted) {
  for (const char* account : {kAccount, "müller & söhne", "example 7"}) {
    ASSERT_EQ(
        EmitByShell(account,
                    "event_id: 'invoice/1001/cancelled' source: 'example-shell' occurred_at { seconds: 1770000000 }"
                    "invoice_cancelled { invoice { id: '1001' } reason: 'sent twice' }"),
        0);
  }
  std::vector<std::string> accounts;
  for (const Event& event : Accepted()) {
    EXPECT_EQ(BodyName(event), "invoice_cancelled");
    accounts.push_back(event.account_id());
  }
  EXPECT_THAT(accounts, UnorderedElementsAre(kAccount, "müller & söhne", "example 7"));
}

TEST_F(EmitExamplesTest, ShellSaysSoWhereTheEventIsNone) {
  EXPECT_NE(EmitByShell(kAccount, "colour: 'red'"), 0);
  EXPECT_THAT(Accepted(), IsEmpty());
}

}  // namespace
}  // namespace kontor
