#include "tools/kontor/data_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <utility>

#include "engine/log/rocks_event_log.h"
#include "engine/views/rocks_instance_store.h"
#include "engine/views/rocks_view_store.h"
#include "projections/account/month_sum.h"

namespace kontor {
namespace {

namespace fs = std::filesystem;

// Shared by every database of the process.
constexpr size_t kBlockCacheBytes = size_t{128} << 20;

Status CannotUse(const std::string& path, const std::string& why) {
  return PermissionDenied("data directory {}: {}; give a folder that this user can write (--data-dir)", path, why);
}

}  // namespace

Result<std::unique_ptr<DataDirectory>> DataDirectory::Open(const std::string& path) {
  std::error_code error;
  const bool known = fs::exists(fs::path(path) / "LOCK", error);
  if (!known && fs::exists(path, error)) {
    if (!fs::is_directory(path, error)) return CannotUse(path, "is not a folder");
    if (!fs::is_empty(path, error)) {
      return FailedPrecondition(
          "data directory {}: holds files that are not Kontor's; give an empty folder, or one that Kontor made "
          "(--data-dir)",
          path);
    }
  }
  fs::create_directories(path, error);
  if (error) return CannotUse(path, error.message());
  return Lock(path);
}

Result<std::unique_ptr<DataDirectory>> DataDirectory::OpenExisting(const std::string& path) {
  std::error_code error;
  if (!fs::exists(fs::path(path) / "LOCK", error)) {
    return NotFound(
        "data directory {}: there is none of Kontor's; give the folder that `kontor serve` was started with", path);
  }
  return Lock(path);
}

Result<std::unique_ptr<DataDirectory>> DataDirectory::Lock(const std::string& path) {
  const std::string file = path + "/LOCK";
  const int lock = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock < 0) return CannotUse(path, std::strerror(errno));
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    close(lock);
    return FailedPrecondition(
        "data directory {}: another process has it open; ask that one (--server URL), or stop it first", path);
  }
  return std::unique_ptr<DataDirectory>(new DataDirectory(path, lock));
}

DataDirectory::DataDirectory(std::string path, int lock) : path_(std::move(path)), lock_(lock) {
  options_.block_cache = NewBlockCache(kBlockCacheBytes);
}

DataDirectory::~DataDirectory() { close(lock_); }

Result<std::unique_ptr<const InstanceStore>> DataDirectory::ReadInstance() const {
  const std::string path = path_ + "/instance";
  std::error_code error;
  if (fs::exists(path, error)) return RocksInstanceStore::OpenForReading(path, options_);
  KONTOR_ASSIGN_OR_RETURN(const std::vector<ShardId> stored, Stored());
  if (stored.empty()) {
    return NotFound(
        "data directory {}: nothing was stored in it yet; let `kontor serve --data-dir {}` read events first", path_,
        path_);
  }
  return NotFound(
      "data directory {}: it holds shards, as {}, and instance/ is missing, which says whose they are; restore it from "
      "a "
      "copy, or let `kontor serve` with the same topics and --data-dir make it anew",
      path_, ShardName(stored.front()));
}

std::string DataDirectory::ShardPath(const ShardId& shard) const {
  // Kafka's topic names are letters, digits, '.', '_' and '-' only: they are good names of folders.
  return fmt::format("{}/shards/{}-{}", path_, shard.topic, shard.partition.value());
}

Result<std::vector<ShardId>> DataDirectory::Stored() const {
  std::vector<ShardId> stored;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(path_ + "/shards", error)) {
    const std::string name = entry.path().filename();
    const size_t dash = name.rfind('-');
    int32_t partition = 0;
    if (dash == std::string::npos) continue;
    const auto read = std::from_chars(name.data() + dash + 1, name.data() + name.size(), partition);
    if (read.ec != std::errc() || read.ptr != name.data() + name.size()) continue;
    if (fs::exists(entry.path() / "log", error)) stored.push_back({name.substr(0, dash), Partition(partition)});
  }
  std::sort(stored.begin(), stored.end());
  return stored;
}

Result<std::unique_ptr<EventLog>> DataDirectory::OpenLog(const ShardId& shard, const std::optional<LogOwner>& owner) {
  const std::string path = ShardPath(shard) + "/log";
  std::error_code error;
  if (!owner && !fs::exists(path, error)) return NotFound("shard {}: there is no log in {}", ShardName(shard), path);
  fs::create_directories(path, error);
  if (error) return CannotUse(path, error.message());
  if (owner) return RocksEventLog::Open(path, *owner, options_);
  return RocksEventLog::OpenExisting(path, options_);
}

Result<std::unique_ptr<ViewStore>> DataDirectory::OpenViews(const ShardId& shard, bool anew) {
  const std::string path = ShardPath(shard) + "/views";
  std::error_code error;
  if (anew) fs::remove_all(path, error);
  if (!error) fs::create_directories(path, error);
  if (error) return CannotUse(path, error.message());
  return RocksViewStore::Open(path, AddMonthValues, options_);
}

Result<std::unique_ptr<InstanceStore>> DataDirectory::OpenInstance(const InstanceOwner& owner) {
  return RocksInstanceStore::Open(path_ + "/instance", owner, options_);
}

}  // namespace kontor
