#include "engine/event/partitioner.h"

#include <zlib.h>

#include "engine/base/check.h"

namespace kontor {
namespace {

// MurmurHash2, 32 bits, little endian, with the seed that Kafka's clients agree on.
uint32_t Murmur2(std::string_view key) {
  constexpr uint32_t kSeed = 0x9747b28c;
  constexpr uint32_t kMultiplier = 0x5bd1e995;
  constexpr int kShift = 24;

  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<uint8_t>(key[i])); };
  uint32_t hash = kSeed ^ static_cast<uint32_t>(key.size());
  size_t i = 0;
  for (; i + 4 <= key.size(); i += 4) {
    uint32_t word = byte(i) | byte(i + 1) << 8 | byte(i + 2) << 16 | byte(i + 3) << 24;
    word *= kMultiplier;
    word ^= word >> kShift;
    word *= kMultiplier;
    hash *= kMultiplier;
    hash ^= word;
  }
  if (i < key.size()) {
    for (size_t rest = key.size() - i; rest > 0; --rest) hash ^= byte(i + rest - 1) << (8 * (rest - 1));
    hash *= kMultiplier;
  }
  hash ^= hash >> 13;
  hash *= kMultiplier;
  hash ^= hash >> 15;
  return hash;
}

uint32_t Crc32(std::string_view key) {
  return static_cast<uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(key.data()), key.size()));
}

}  // namespace

Partition PartitionOf(Partitioner partitioner, std::string_view key, int32_t partition_count) {
  KONTOR_CHECK(partition_count > 0);
  // Java has no unsigned numbers: its partitioner drops the sign bit. librdkafka's CRC32 keeps all 32 bits.
  const uint32_t hash = partitioner == Partitioner::kMurmur2 ? Murmur2(key) & 0x7fffffffU : Crc32(key);
  return Partition(static_cast<int32_t>(hash % static_cast<uint32_t>(partition_count)));
}

std::optional<Partitioner> ParsePartitioner(std::string_view name) {
  if (name == "murmur2") return Partitioner::kMurmur2;
  if (name == "crc32") return Partitioner::kCrc32;
  return std::nullopt;
}

std::string_view PartitionerName(Partitioner partitioner) {
  return partitioner == Partitioner::kMurmur2 ? "murmur2" : "crc32";
}

}  // namespace kontor
