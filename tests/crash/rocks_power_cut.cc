#include "tests/crash/rocks_power_cut.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "engine/base/check.h"

namespace kontor {

namespace fs = std::filesystem;
using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

namespace {

// One name for each file, however the path was put together.
std::string Normal(const std::string& path) { return fs::path(path).lexically_normal().string(); }

}  // namespace

class RocksPowerCut::File final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  File(RocksPowerCut* disk, std::unique_ptr<rocksdb::FSWritableFile> target, std::shared_ptr<Bytes> bytes)
      : FSWritableFileOwnerWrapper(std::move(target)), disk_(disk), bytes_(std::move(bytes)) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    if (disk_->cut_) return IOStatus::OK();
    const std::scoped_lock lock(disk_->mutex_);
    bytes_->written += data.size();
    return target()->Append(data, options, debug);
  }
  IOStatus Append(const Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo&,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    if (disk_->cut_) return IOStatus::OK();
    if (disk_->fail_syncs_) return IOStatus::IOError("the disk failed to sync");
    const std::scoped_lock lock(disk_->mutex_);
    bytes_->synced = bytes_->written;
    return target()->Sync(options, debug);
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override { return Sync(options, debug); }
  // What is only hinted at is not promised.
  IOStatus RangeSync(uint64_t, uint64_t, const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Truncate(uint64_t size, const IOOptions& options, IODebugContext* debug) override {
    if (disk_->cut_) return IOStatus::OK();
    const std::scoped_lock lock(disk_->mutex_);
    bytes_->written = size;
    bytes_->synced = std::min(bytes_->synced, size);
    return target()->Truncate(size, options, debug);
  }
  IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
    return disk_->cut_ ? IOStatus::OK() : target()->Close(options, debug);
  }

 private:
  RocksPowerCut* disk_;
  const std::shared_ptr<Bytes> bytes_;
};

class RocksPowerCut::Folder final : public rocksdb::FSDirectoryWrapper {
 public:
  Folder(RocksPowerCut* disk, std::string path, std::unique_ptr<rocksdb::FSDirectory> target)
      : FSDirectoryWrapper(std::move(target)), disk_(disk), path_(std::move(path)) {}

  IOStatus Fsync(const IOOptions&, IODebugContext*) override {
    if (disk_->cut_) return IOStatus::OK();
    const std::scoped_lock lock(disk_->mutex_);
    std::erase_if(disk_->unnamed_, [&](const std::string& file) { return fs::path(file).parent_path() == path_; });
    return IOStatus::OK();
  }
  IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* debug,
                               const rocksdb::DirFsyncOptions&) override {
    return Fsync(options, debug);
  }

 private:
  RocksPowerCut* disk_;
  const fs::path path_;
};

RocksPowerCut::RocksPowerCut()
    : FileSystemWrapper(rocksdb::FileSystem::Default()),
      env_(rocksdb::NewCompositeEnv(std::shared_ptr<rocksdb::FileSystem>(this, [](rocksdb::FileSystem*) {}))) {}

void RocksPowerCut::Restore() {
  KONTOR_CHECK(cut_);
  const std::scoped_lock lock(mutex_);
  for (const auto& [path, bytes] : files_) {
    if (unnamed_.contains(path)) {
      fs::remove(path);
    } else if (fs::exists(path) && fs::file_size(path) > bytes->synced) {
      fs::resize_file(path, bytes->synced);
    }
  }
}

IOStatus RocksPowerCut::NewWritableFile(const std::string& path, const FileOptions& options,
                                        std::unique_ptr<rocksdb::FSWritableFile>* file, IODebugContext* debug) {
  // After the cut a file is made where nobody looks for it, and gone with the rest.
  const std::string place = cut_ ? path + ".lost" : path;
  IOStatus status = target()->NewWritableFile(place, options, file, debug);
  if (!status.ok()) return status;
  auto bytes = std::make_shared<Bytes>();
  const std::scoped_lock lock(mutex_);
  files_[Normal(place)] = bytes;
  unnamed_.insert(Normal(place));
  *file = std::make_unique<File>(this, std::move(*file), std::move(bytes));
  return status;
}

IOStatus RocksPowerCut::ReopenWritableFile(const std::string& path, const FileOptions& options,
                                           std::unique_ptr<rocksdb::FSWritableFile>* file, IODebugContext* debug) {
  IOStatus status = target()->ReopenWritableFile(path, options, file, debug);
  if (!status.ok()) return status;
  const std::scoped_lock lock(mutex_);
  std::shared_ptr<Bytes>& bytes = files_[Normal(path)];
  if (bytes == nullptr) {  // from before this stood between
    bytes = std::make_shared<Bytes>();
    bytes->written = bytes->synced = fs::file_size(path);
  }
  *file = std::make_unique<File>(this, std::move(*file), bytes);
  return status;
}

IOStatus RocksPowerCut::NewDirectory(const std::string& path, const IOOptions& options,
                                     std::unique_ptr<rocksdb::FSDirectory>* folder, IODebugContext* debug) {
  IOStatus status = target()->NewDirectory(path, options, folder, debug);
  if (status.ok()) *folder = std::make_unique<Folder>(this, Normal(path), std::move(*folder));
  return status;
}

IOStatus RocksPowerCut::RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                                   IODebugContext* debug) {
  if (cut_) return IOStatus::OK();
  const std::scoped_lock lock(mutex_);
  if (const auto moved = files_.extract(Normal(from))) files_[Normal(to)] = moved.mapped();
  unnamed_.erase(Normal(from));
  return target()->RenameFile(from, to, options, debug);
}

IOStatus RocksPowerCut::LinkFile(const std::string& from, const std::string& to, const IOOptions& options,
                                 IODebugContext* debug) {
  if (cut_) return IOStatus::OK();
  const std::scoped_lock lock(mutex_);
  if (const auto known = files_.find(Normal(from)); known != files_.end()) {
    files_[Normal(to)] = known->second;
    unnamed_.insert(Normal(to));
  }
  return target()->LinkFile(from, to, options, debug);
}

IOStatus RocksPowerCut::DeleteFile(const std::string& path, const IOOptions& options, IODebugContext* debug) {
  if (cut_) return IOStatus::OK();
  const std::scoped_lock lock(mutex_);
  files_.erase(Normal(path));
  unnamed_.erase(Normal(path));
  return target()->DeleteFile(path, options, debug);
}

}  // namespace kontor
