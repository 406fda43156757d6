#include "tools/kontor/doctor/folder_checks.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "engine/log/rocks_event_log.h"
#include "engine/views/rocks_view_store.h"
#include "projections/account/month_sum.h"
#include "tools/kontor/data_directory.h"
#include "tools/kontor/text.h"

namespace kontor {
namespace {

namespace fs = std::filesystem;

constexpr const char* kAbout = "folder";

std::string Gibibytes(uint64_t bytes) {
  return NumberText(static_cast<double>(bytes) / static_cast<double>(1 << 30), 1) + " GiB";
}

// The folder, or the nearest one above it that is there.
fs::path Nearest(const fs::path& path) {
  std::error_code error;
  fs::path nearest = fs::absolute(path, error).lexically_normal();
  while (!fs::exists(nearest, error) && nearest.has_relative_path()) nearest = nearest.parent_path();
  return nearest;
}

// Of a folder that is not there yet: whether this user may make it.
std::optional<Check> CheckMaking(const fs::path& path, const fs::path& nearest) {
  if (access(nearest.c_str(), W_OK | X_OK) == 0) return std::nullopt;
  return Ill(kAbout,
             fmt::format("{} is not there, and {} cannot be written: {}", path.string(), nearest.string(),
                         std::generic_category().message(errno)),
             "make it for the user that runs kontor: install -d -o USER -m 700 " + path.string());
}

// Only what is Kontor's is to be given away whole.
Check CheckAccess(const fs::path& path, bool is_ours) {
  const std::string remedy = is_ours
                                 ? "run as the folder's owner, or give it to this user: chown -R USER " + path.string()
                                 : "run as the folder's owner, or name another folder (--data-dir)";
  struct stat facts = {};
  if (stat(path.c_str(), &facts) != 0 || access(path.c_str(), R_OK | W_OK | X_OK) != 0) {
    return Ill(kAbout, fmt::format("{} cannot be written: {}", path.string(), std::generic_category().message(errno)),
               remedy);
  }
  if (geteuid() != 0 && facts.st_uid != geteuid()) {
    return Doubtful(kAbout,
                    fmt::format("{} belongs to user {}, and this is user {}", path.string(), facts.st_uid, geteuid()),
                    remedy);
  }
  if ((facts.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return Ill(kAbout,
               fmt::format("others than its owner may write {} (mode {:04o})", path.string(), facts.st_mode & 07777U),
               "chmod go-w " + path.string());
  }
  return Well(kAbout, path.string() + " belongs to its owner alone");
}

// The stores of every shard, opened one by one and let go of.
void CheckStores(const DataDirectory& directory, Checks* checks) {
  const Result<std::vector<ShardId>> stored = directory.Stored();
  if (!stored.ok()) {
    checks->push_back(Ill("stores", Text(stored.status())));
    return;
  }
  size_t whole = 0;
  for (const ShardId& shard : *stored) {
    const std::string path = directory.ShardPath(shard);
    std::error_code error;
    Status status = RocksEventLog::OpenForReading(path + "/log").status();
    if (status.ok() && fs::exists(path + "/views", error)) {
      status = RocksViewStore::OpenForReading(path + "/views", AddMonthValues).status();
      if (!status.ok()) {
        checks->push_back(Ill(fmt::format("views of {}", ShardName(shard)), std::string(Text(status)),
                              "fold them anew from the log: kontor rebuild --data-dir " + directory.path()));
        continue;
      }
    } else if (!status.ok()) {
      checks->push_back(Ill(fmt::format("log of {}", ShardName(shard)), Text(status)));
      continue;
    }
    ++whole;
  }
  if (whole == stored->size()) {
    checks->push_back(Well("stores", fmt::format("{} shards; logs of format {}, views of format {}", whole,
                                                 kEventLogFormatVersion, kViewsFormatVersion)));
  }
}

}  // namespace

Check JudgeSpace(const std::string& path, uint64_t free_bytes, uint64_t total_bytes) {
  const uint64_t least = RocksOptions().free_bytes_min;
  const std::string what =
      fmt::format("{} of {} free on the disk of {}", Gibibytes(free_bytes), Gibibytes(total_bytes), path);
  const std::string remedy = "make room, or move the folder to a larger disk";
  // What the kernel shows of itself has no room at all: access lets root write it, and nothing can be made there.
  if (total_bytes == 0) {
    return Ill("disk", path + " is on a file system without any room, as of /proc and /sys: no log can be kept there",
               "name another folder (--data-dir)");
  }
  if (free_bytes < least) return Ill("disk", what + ": an engine stops there", remedy);
  if (free_bytes < 10 * least) return Doubtful("disk", what, remedy);
  return Well("disk", what);
}

Check JudgeOwner(const InstanceOwner& stored, const InstanceOwner& expected) {
  const std::string remedy = "name the folder of these topics (--data-dir), or the topics of this folder (--topic)";
  for (const auto& [what, is, should] :
       {std::tuple("topic of events", stored.events_topic, expected.events_topic),
        std::tuple("topic of references", stored.reference_topic, expected.reference_topic),
        std::tuple("topic of rejected records", stored.rejected_topic, expected.rejected_topic),
        std::tuple("Kafka cluster", stored.cluster_id, expected.cluster_id)}) {
    if (is.empty() || should.empty() || is == should) continue;
    return Ill("folder", fmt::format("its {} is {}, not {}", what, is, should), remedy);
  }
  return Well("folder", fmt::format("holds the log of {}", stored.events_topic));
}

FolderReport CheckFolder(const std::string& path, const InstanceOwner& expected) {
  FolderReport report;
  Checks& checks = report.checks;
  std::error_code error;
  const fs::path nearest = Nearest(path);
  if (!fs::is_directory(nearest, error)) {
    checks.push_back(Ill(kAbout, nearest.string() + " is not a folder", "name another one (--data-dir)"));
    return report;
  }
  const bool is_ours = fs::exists(fs::path(path) / "LOCK", error);
  if (fs::status(path, error).type() != fs::file_type::not_found) {
    checks.push_back(CheckAccess(path, is_ours));
  } else if (std::optional<Check> making = CheckMaking(path, nearest)) {
    checks.push_back(*std::move(making));
  }
  const fs::space_info space = fs::space(nearest, error);
  if (!error) checks.push_back(JudgeSpace(nearest.string(), space.available, space.capacity));

  if (!fs::exists(path, error) || (!is_ours && fs::is_empty(path, error))) {
    if (std::ranges::count(checks, Verdict::kFailed, &Check::verdict) == 0) {
      checks.push_back(Well(kAbout, fmt::format("{} is new; kontor serve begins a log there", path)));
    }
    return report;
  }
  if (!is_ours) {
    checks.push_back(Ill(kAbout, path + " holds files that are not Kontor's", "name another folder (--data-dir)"));
    return report;
  }
  const Result<std::unique_ptr<DataDirectory>> directory = DataDirectory::OpenExisting(path);
  if (directory.status().code() == StatusCode::kFailedPrecondition) {
    report.engine_runs = true;
    checks.push_back(Well(kAbout, fmt::format("an engine runs on {}; its stores are not looked at", path)));
    return report;
  }
  if (!directory.ok()) {
    checks.push_back(Ill(kAbout, Text(directory.status())));
    return report;
  }
  const Result<std::unique_ptr<const InstanceStore>> instance = (*directory)->ReadInstance();
  if (instance.ok()) {
    checks.push_back(JudgeOwner((*instance)->Owner(), expected));
  } else if (instance.status().code() != StatusCode::kNotFound) {
    checks.push_back(Ill(kAbout, Text(instance.status())));
  }
  CheckStores(**directory, &checks);
  return report;
}

}  // namespace kontor
