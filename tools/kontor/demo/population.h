// Draws the accounts of the demo's world: what each is, and how it will behave.
#pragma once

#include <cstdint>
#include <vector>

#include "tools/kontor/demo/account.h"
#include "tools/kontor/demo/calendar.h"

namespace kontor::demo {

// How many accounts play a part in a story. They come first.
inline constexpr int32_t kCastSize = 17;

// `count` accounts, numbered from 1001; the first kCastSize in the order of Role, three group members last.
// Requires: count >= kCastSize.
std::vector<Account> Populate(uint64_t seed, const Horizon& horizon, int32_t count);

}  // namespace kontor::demo
