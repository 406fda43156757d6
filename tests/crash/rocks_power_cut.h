// A file system that can lose its power: of each file only what was synced is left, and of the files made since their
// folder was last synced, nothing. What is renamed or deleted counts as done at once.
//
// Use: open a database with env(), write, Cut(), destroy the database, Restore(), and open it again without env().
#pragma once

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

namespace kontor {

class RocksPowerCut : public rocksdb::FileSystemWrapper {
 public:
  RocksPowerCut();
  rocksdb::Env* env() { return env_.get(); }

  // From here on nothing reaches the disk, though every write is said to.
  void Cut() { cut_ = true; }
  // Leaves the disk as the cut found it. Nothing may be open.
  void Restore();
  // From here on every sync of a file fails.
  void FailSyncs() { fail_syncs_ = true; }

  const char* Name() const override { return "RocksPowerCut"; }
  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus ReopenWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* file,
                                       rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewDirectory(const std::string& path, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* folder,
                                 rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus LinkFile(const std::string& from, const std::string& to, const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteFile(const std::string& path, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;

 private:
  class File;
  class Folder;
  struct Bytes {
    uint64_t written = 0;
    uint64_t synced = 0;
  };

  std::unique_ptr<rocksdb::Env> env_;
  std::atomic<bool> cut_ = false;
  std::atomic<bool> fail_syncs_ = false;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Bytes>> files_;  // written here, by path; two links of a file share its bytes
  std::set<std::string> unnamed_;                        // paths made since their folder was synced
};

}  // namespace kontor
