// The partitioner against the one that emitters link.
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "engine/event/partitioner.h"

namespace kontor {
namespace {

using LibrdkafkaPartitioner = int32_t (*)(const rd_kafka_topic_t*, const void*, size_t, int32_t, void*, void*);

Partition Ask(LibrdkafkaPartitioner partitioner, const std::string& key, int32_t count) {
  return Partition(partitioner(nullptr, key.data(), key.size(), count, nullptr, nullptr));
}

RC_GTEST_PROP(PartitionerProperty, AgreesWithLibrdkafkaOnAnyKey, ()) {
  const auto key = *rc::gen::nonEmpty<std::string>();
  const auto count = *rc::gen::inRange<int32_t>(1, 1000);
  RC_ASSERT(PartitionOf(Partitioner::kMurmur2, key, count) == Ask(rd_kafka_msg_partitioner_murmur2, key, count));
  RC_ASSERT(PartitionOf(Partitioner::kCrc32, key, count) == Ask(rd_kafka_msg_partitioner_consistent, key, count));
}

TEST(PartitionerTest, AgreesWithLibrdkafkaOnBytesAboveAscii) {
  for (const std::string key : {"\xc3\xa4", "\xff", "\x80\x81\x82", "\xff\xfe\xfd\xfc\xfb"}) {
    EXPECT_EQ(PartitionOf(Partitioner::kMurmur2, key, 997), Ask(rd_kafka_msg_partitioner_murmur2, key, 997));
    EXPECT_EQ(PartitionOf(Partitioner::kCrc32, key, 997), Ask(rd_kafka_msg_partitioner_consistent, key, 997));
  }
}

}  // namespace
}  // namespace kontor
