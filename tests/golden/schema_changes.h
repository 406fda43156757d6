// What an append-only schema may not do: take away, rename, renumber, retype, relabel, move.
#pragma once

#include <google/protobuf/descriptor.pb.h>

#include <string>
#include <vector>

namespace kontor {

// Each breach that leads from `before` to `now`, in words: "kontor.type.v1.Money.units: renumbered from 2 to 9". Empty
// where there is none: adding files, messages, fields, enum values and oneofs is no breach.
std::vector<std::string> BreakingChanges(const google::protobuf::FileDescriptorSet& before,
                                         const google::protobuf::FileDescriptorSet& now);

}  // namespace kontor
