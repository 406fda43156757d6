// Whether the data folder can be used: whose it is, whether there is room, and whether this program knows what stands
// in it. Nothing is changed; while an engine has the folder open, its stores are not looked at.
#pragma once

#include <cstdint>
#include <string>

#include "engine/views/instance_store.h"
#include "tools/kontor/doctor/check.h"

namespace kontor {

struct FolderReport {
  Checks checks;
  bool engine_runs = false;
};

// expected: the topics that an engine would be started with, and the cluster where it is known.
FolderReport CheckFolder(const std::string& path, const InstanceOwner& expected);

Check JudgeSpace(const std::string& path, uint64_t free_bytes, uint64_t total_bytes);
Check JudgeOwner(const InstanceOwner& stored, const InstanceOwner& expected);

}  // namespace kontor
