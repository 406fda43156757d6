// Names the calling thread, for top, gdb and perf. At most 15 bytes are kept.
#pragma once

#include <pthread.h>

#include <string>

namespace kontor {

inline void NameThread(const std::string& name) { pthread_setname_np(pthread_self(), name.substr(0, 15).c_str()); }

}  // namespace kontor
