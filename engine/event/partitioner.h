// Which partition a key belongs to: the same answer as the emitters' clients give.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/base/ids.h"

namespace kontor {

enum class Partitioner {
  kMurmur2,  // Java's default; librdkafka's murmur2 and murmur2_random
  kCrc32,    // librdkafka's default: consistent and consistent_random
};

// Requires: partition_count > 0. The clients send a record without key, and some one with an empty key, to any
// partition; accounts have neither, so that is not Kontor's to foretell.
Partition PartitionOf(Partitioner partitioner, std::string_view key, int32_t partition_count);

// "murmur2" or "crc32"; nothing on another name.
std::optional<Partitioner> ParsePartitioner(std::string_view name);
std::string_view PartitionerName(Partitioner partitioner);

}  // namespace kontor
