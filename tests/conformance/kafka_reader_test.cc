// Records that were damaged on their way or on the broker's disk: a batch with a wrong checksum, which no client sends.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/source/kafka_embedded_broker.h"
#include "engine/source/kafka_source.h"
#include "tests/conformance/event_source_world.h"

namespace kontor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Big-endian, as Kafka's protocol is.
class Bytes {
 public:
  template <typename T>
  Bytes& Int(T value) {
    for (int shift = 8 * (static_cast<int>(sizeof(T)) - 1); shift >= 0; shift -= 8) {
      text.push_back(static_cast<char>(static_cast<uint64_t>(value) >> shift));
    }
    return *this;
  }
  // Zigzag, one byte is enough for what these tests say.
  Bytes& Small(int value) {
    text.push_back(static_cast<char>((value << 1) ^ (value >> 31)));
    return *this;
  }
  Bytes& Raw(std::string_view bytes) {
    text += bytes;
    return *this;
  }
  std::string text;
};

uint32_t Crc32c(std::string_view bytes) {
  uint32_t crc = ~0u;
  for (const char c : bytes) {
    crc ^= static_cast<uint8_t>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (0x82f63b78u & (0u - (crc & 1)));
  }
  return ~crc;
}

// A record batch of one record (Kafka's message format 2).
std::string BatchOf(std::string_view value, bool whole) {
  const int record_size = 1 + 1 + 1 + 1 + 1 + static_cast<int>(value.size()) + 1;
  Bytes covered;
  covered.Int<int16_t>(0).Int<int32_t>(0).Int<int64_t>(1'700'000'000'000).Int<int64_t>(1'700'000'000'000);
  covered.Int<int64_t>(-1).Int<int16_t>(-1).Int<int32_t>(-1).Int<int32_t>(1);
  covered.Small(record_size).Int<int8_t>(0).Small(0).Small(0).Small(-1).Small(static_cast<int>(value.size()));
  covered.Raw(value).Small(0);
  const uint32_t checksum = Crc32c(covered.text) ^ (whole ? 0u : 1u);
  Bytes batch;
  batch.Int<int64_t>(0).Int<int32_t>(static_cast<int32_t>(9 + covered.text.size())).Int<int32_t>(-1).Int<int8_t>(2);
  return batch.Int<uint32_t>(checksum).Raw(covered.text).text;
}

class KafkaReaderTest : public ::testing::Test {
 protected:
  KafkaReaderTest() : broker_(*KafkaEmbeddedBroker::Start({{"t", 1}})) {
    KafkaOptions options;
    options.brokers = broker_->brokers();
    source_ = *KafkaSource::Open(options);
  }

  // Appends a batch by Kafka's ProduceRequest, version 3, as it is.
  void Produce(const std::string& batch) {
    const std::string address = broker_->brokers();
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons(static_cast<uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
    ASSERT_EQ(connect(socket, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);

    Bytes body;
    body.Int<int16_t>(0).Int<int16_t>(3).Int<int32_t>(1).Int<int16_t>(
        -1);                                                     // Produce, version, correlation, no client id
    body.Int<int16_t>(-1).Int<int16_t>(-1).Int<int32_t>(5'000);  // no transaction, all replicas, timeout
    body.Int<int32_t>(1).Int<int16_t>(1).Raw("t").Int<int32_t>(1).Int<int32_t>(0);
    body.Int<int32_t>(static_cast<int32_t>(batch.size())).Raw(batch);
    const std::string request = Bytes().Int<int32_t>(static_cast<int32_t>(body.text.size())).Raw(body.text).text;
    ASSERT_EQ(write(socket, request.data(), request.size()), static_cast<ssize_t>(request.size()));

    // Size, correlation, one topic "t", one partition 0; then its error.
    constexpr size_t kErrorAt = 4 + 4 + 4 + 2 + 1 + 4 + 4;
    std::string answer(kErrorAt + 2, '\0');
    ASSERT_EQ(recv(socket, answer.data(), answer.size(), MSG_WAITALL), static_cast<ssize_t>(answer.size()));
    ASSERT_EQ(answer.substr(kErrorAt), std::string(2, '\0'));
    close(socket);
  }
  std::unique_ptr<PartitionReader> Open() { return *source_->OpenPartition("t", Partition(0), Offset(0), kPatience); }

  std::unique_ptr<KafkaEmbeddedBroker> broker_;
  std::unique_ptr<EventSource> source_;
};

TEST_F(KafkaReaderTest, WholeBatchesAreRead) {
  for (const char* value : {"0", "1", "2"}) Produce(BatchOf(value, true));
  EXPECT_THAT(Read(*Open(), 3).values(), ElementsAre("0", "1", "2"));
}

TEST_F(KafkaReaderTest, NothingBehindAWrongChecksumIsGiven) {
  Produce(BatchOf("0", true));
  Produce(BatchOf("1", true));
  Produce(BatchOf("damaged", false));
  Produce(BatchOf("3", true));
  const auto reader = Open();
  const Reading reading = Read(*reader, 4);
  EXPECT_THAT(reading.values(), ElementsAre("0", "1"));
  EXPECT_EQ(reading.status.code(), StatusCode::kDataLoss);
  EXPECT_THAT(std::string(Text(reading.status)), HasSubstr("behind offset 1 cannot be read"));
  EXPECT_THAT(std::string(Text(reading.status)), HasSubstr("CRC32C"));
  Produce(BatchOf("4", true));
  for (int i = 0; i < 3; ++i) {
    const auto more = reader->Poll(10, 1'000, kPollTimeout);
    EXPECT_EQ(more.status(), reading.status);
  }
}

TEST_F(KafkaReaderTest, ADamagedRecordIsNotFetched) {
  Produce(BatchOf("damaged", false));
  EXPECT_EQ(source_->FetchRecord("t", Partition(0), Offset(0), kPatience).status().code(), StatusCode::kDataLoss);
}

}  // namespace
}  // namespace kontor
