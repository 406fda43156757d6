// A picture of a running engine, drawn: the lines that `kontor watch` shows.
#pragma once

#include <string>
#include <vector>

#include "tools/kontor/console.h"
#include "tools/kontor/watch_session.h"

namespace kontor {

// At most `height` lines (0: as many as it takes), none wider than the console (0: 80 columns).
std::vector<std::string> WatchLines(const WatchPicture& picture, WatchTime now, int height, const Console& console);

// How many accounts there is room for in so many lines.
size_t WatchRows(int height);

}  // namespace kontor
