// What of Kafka's options is taken, refused, and never said aloud.
#include "engine/source/kafka_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace kontor {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

class KafkaConfTest : public ::testing::Test {
 protected:
  ~KafkaConfTest() override {
    for (const std::string& file : files_) std::filesystem::remove(file);
  }

  std::string File(const std::string& content, mode_t mode = 0600) {
    files_.push_back(::testing::TempDir() + "kafka-conf-test-" + std::to_string(getpid()) + "-" +
                     std::to_string(files_.size()));
    std::ofstream(files_.back()) << content;
    chmod(files_.back().c_str(), mode);
    return files_.back();
  }
  Result<KafkaConf> Conf(std::map<std::string, std::string> properties) {
    KafkaOptions options;
    options.brokers = "broker:9092";
    options.properties = std::move(properties);
    const std::vector<KafkaProperty> fixed = {{"check.crcs", "true"}};
    const std::vector<KafkaProperty> defaults = {{"linger.ms", "5"}};
    return NewKafkaConf(options, fixed, defaults);
  }
  static std::string Value(const KafkaConf& conf, const char* name) {
    char text[512];
    size_t size = sizeof text;
    return rd_kafka_conf_get(conf.get(), name, text, &size) == RD_KAFKA_CONF_OK ? text : "(none)";
  }

 private:
  std::vector<std::string> files_;
};

TEST_F(KafkaConfTest, PropertiesPassThroughAndOverrideDefaults) {
  const auto conf = Conf({{"socket.timeout.ms", "1234"}, {"linger.ms", "50"}});
  ASSERT_TRUE(conf.ok()) << Text(conf.status());
  EXPECT_EQ(Value(*conf, "socket.timeout.ms"), "1234");
  EXPECT_EQ(Value(*conf, "linger.ms"), "50");
  EXPECT_EQ(Value(*conf, "check.crcs"), "true");
  EXPECT_EQ(Value(*conf, "bootstrap.servers"), "broker:9092");
  EXPECT_EQ(Value(*conf, "client.id"), "kontor");
}

TEST_F(KafkaConfTest, AnUnknownPropertyIsNamed) {
  const Status status = Conf({{"sokcet.timeout.ms", "1"}}).status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(
      std::string(Text(status)),
      fmt::format("--kafka sokcet.timeout.ms: librdkafka {} has no such property; did you mean socket.timeout.ms?",
                  rd_kafka_version_str()));
  EXPECT_THAT(std::string(Text(Conf({{"far.away", "1"}}).status())), EndsWith(" has no such property"));
}

TEST_F(KafkaConfTest, ABadValueIsNamed) {
  const Status status = Conf({{"socket.timeout.ms", "soon"}}).status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(std::string(Text(status)), "--kafka socket.timeout.ms: 'soon' will not do; it takes 10 .. 300000");
  EXPECT_EQ(std::string(Text(Conf({{"security.protocol", "tls"}}).status())),
            "--kafka security.protocol: 'tls' will not do; it takes plaintext, ssl, sasl_plaintext, sasl_ssl");
}

TEST_F(KafkaConfTest, PropertiesAreCheckedWithoutABroker) {
  KafkaOptions options;
  options.properties = {{"socket.timeout.ms", "1234"}};
  EXPECT_TRUE(CheckKafkaProperties(options).ok());
  options.properties["acks"] = "0";
  EXPECT_EQ(CheckKafkaProperties(options).code(), StatusCode::kInvalidArgument);
}

TEST_F(KafkaConfTest, WhatPromisesRestOnCannotBeSet) {
  for (const char* name : {"auto.offset.reset", "enable.auto.commit", "enable.auto.offset.store", "check.crcs",
                           "isolation.level", "partition.assignment.strategy", "enable.idempotence", "acks",
                           "partitioner", "group.id", "bootstrap.servers", "check.crcs.file"}) {
    const Status status = Conf({{name, "x"}}).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << name;
    EXPECT_THAT(std::string(Text(status)), HasSubstr("cannot be set")) << name;
  }
}

TEST_F(KafkaConfTest, ASecretComesFromAFileOnly) {
  const Status given = Conf({{"sasl.password", "hunter2"}}).status();
  EXPECT_EQ(given.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(Text(given)), HasSubstr("--kafka sasl.password=@FILE"));
  EXPECT_THAT(std::string(Text(given)), Not(HasSubstr("hunter2")));

  const auto conf = Conf({{"sasl.password.file", File("hunter2\n")}});
  ASSERT_TRUE(conf.ok()) << Text(conf.status());
  EXPECT_EQ(Value(*conf, "sasl.password"), "hunter2");
}

TEST_F(KafkaConfTest, ASecretThatOthersCanReadIsRefused) {
  const std::string path = File("hunter2", 0644);
  const Status status = Conf({{"sasl.password.file", path}}).status();
  EXPECT_EQ(status.code(), StatusCode::kPermissionDenied);
  EXPECT_THAT(std::string(Text(status)), HasSubstr(path));
  EXPECT_THAT(std::string(Text(status)), Not(HasSubstr("hunter2")));
}

TEST_F(KafkaConfTest, AMissingFileIsNamed) {
  const Status status = Conf({{"sasl.password.file", "/no/such/file"}}).status();
  EXPECT_EQ(status.code(), StatusCode::kNotFound);
  EXPECT_THAT(
      std::string(Text(status)),
      HasSubstr("there is no file '/no/such/file'; name the one that holds the value: --kafka sasl.password=@FILE"));
}

TEST_F(KafkaConfTest, AnyPropertyMayStandInAFileButNotTwice) {
  const std::string path = File("4321", 0644);
  const auto conf = Conf({{"socket.timeout.ms.file", path}});
  ASSERT_TRUE(conf.ok()) << Text(conf.status());
  EXPECT_EQ(Value(*conf, "socket.timeout.ms"), "4321");
  EXPECT_EQ(Conf({{"socket.timeout.ms", "1"}, {"socket.timeout.ms.file", path}}).status().code(),
            StatusCode::kInvalidArgument);
}

TEST_F(KafkaConfTest, ABrokerIsNeeded) {
  EXPECT_EQ(NewKafkaConf(KafkaOptions{}, {}, {}).status().code(), StatusCode::kInvalidArgument);
}

TEST_F(KafkaConfTest, PartsAtOddsAreTold) {
  auto conf = Conf({{"heartbeat.interval.ms", "60000"},
                    {"session.timeout.ms", "6000"},
                    {"security.protocol", "ssl"},
                    {"ssl.ca.location", "/no/such/file"}});
  ASSERT_TRUE(conf.ok()) << Text(conf.status());
  const Status status = NewKafkaClient(RD_KAFKA_PRODUCER, *std::move(conf)).status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(Text(status)), HasSubstr("ssl.ca.location"));
}

TEST(KafkaStatusTest, TheCodeCarriesThePolicy) {
  EXPECT_TRUE(StatusOf(RD_KAFKA_RESP_ERR_NO_ERROR, "x").ok());
  EXPECT_EQ(CodeOf(RD_KAFKA_RESP_ERR__TRANSPORT), StatusCode::kUnavailable);
  EXPECT_EQ(CodeOf(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART), StatusCode::kNotFound);
  EXPECT_EQ(CodeOf(RD_KAFKA_RESP_ERR__BAD_MSG), StatusCode::kDataLoss);
  EXPECT_EQ(CodeOf(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE), StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED), StatusCode::kPermissionDenied);
  EXPECT_EQ(CodeOf(RD_KAFKA_RESP_ERR__AUTHENTICATION), StatusCode::kUnauthenticated);
  EXPECT_EQ(CodeOf(RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID), StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace kontor
