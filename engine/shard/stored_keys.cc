#include "engine/shard/stored_keys.h"

#include <utility>

#include "engine/base/thread_name.h"
#include "engine/base/thread_priority.h"

namespace kontor {
namespace {

constexpr uint64_t kRoom = 1 << 20;

}  // namespace

StoredKeys::StoredKeys(std::unique_ptr<ViewSnapshot> snapshot)
    : snapshot_(std::move(snapshot)), filter_(kRoom), thread_([this] { Read(); }) {}

StoredKeys::~StoredKeys() {
  stop_ = true;
  thread_.join();
}

void StoredKeys::Read() {
  NameThread("row-keys");
  SetPriority(StandBack::kTotals);
  const Status whole = snapshot_->ScanRows({}, {}, [this](std::string_view key, std::string_view) {
    filter_.Add(HashOfRowKey(key));
    return !stop_;
  });
  if (whole.ok() && !stop_) read_.store(true, std::memory_order_release);
}

}  // namespace kontor
