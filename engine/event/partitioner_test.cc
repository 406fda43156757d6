#include "engine/event/partitioner.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace kontor {
namespace {

struct Murmur2Case {
  std::string_view key;
  int32_t hash;  // as Java prints it
};

// Known answers of Kafka's own hash (org.apache.kafka.common.utils.Utils.murmur2), every rest of the length by four.
constexpr Murmur2Case kMurmur2Cases[] = {
    {"21", -973932308},
    {"foobar", -790332482},
    {"a-little-bit-long-string", -985981536},
    {"a-little-bit-longer-string", -1486304829},
    {"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971},
    {"abc", 479470107},
    {"1", -1993445489},
    {"12", 126087238},
    {"123", -267702483},
    {"1234", -1614185708},
    {"12345", -1188365604},
    {"kafka", -798503068},
};

TEST(PartitionerTest, Murmur2IsThatOfKafkasJavaClient) {
  for (const auto& [key, hash] : kMurmur2Cases) {
    const auto positive = static_cast<int32_t>(static_cast<uint32_t>(hash) & 0x7fffffffU);
    for (const int32_t count : {1, 2, 3, 7, 12, 100, std::numeric_limits<int32_t>::max()}) {
      EXPECT_EQ(PartitionOf(Partitioner::kMurmur2, key, count), Partition(positive % count)) << key << " of " << count;
    }
  }
}

TEST(PartitionerTest, Crc32IsZlibsOverAllBits) {
  // The check value that every catalogue of CRC-32 gives: 0xcbf43926.
  constexpr uint32_t kCheck = 0xcbf43926U;
  for (const int32_t count : {1, 2, 3, 7, 12, 100, std::numeric_limits<int32_t>::max()}) {
    EXPECT_EQ(PartitionOf(Partitioner::kCrc32, "123456789", count),
              Partition(static_cast<int32_t>(kCheck % static_cast<uint32_t>(count))));
  }
}

TEST(PartitionerTest, NamesAreReadBack) {
  for (const Partitioner partitioner : {Partitioner::kMurmur2, Partitioner::kCrc32}) {
    EXPECT_EQ(ParsePartitioner(PartitionerName(partitioner)), partitioner);
  }
  EXPECT_EQ(ParsePartitioner("random"), std::nullopt);
  EXPECT_EQ(ParsePartitioner(""), std::nullopt);
}

TEST(PartitionerDeathTest, NoPartitionsIsABug) {
  EXPECT_DEATH(PartitionOf(Partitioner::kMurmur2, "a", 0), "partition_count > 0");
}

}  // namespace
}  // namespace kontor
