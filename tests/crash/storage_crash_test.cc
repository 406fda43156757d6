// Promises 1 and 2 of the stores: a process that writes is killed at any moment, and the next one finds all that was
// acknowledged, and nothing in part. The killed process is this program, started again with a role to play.
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/check.h"
#include "engine/log/in_memory_event_log.h"
#include "engine/log/rocks_event_log.h"
#include "engine/views/in_memory_view_store.h"
#include "engine/views/rocks_view_store.h"
#include "tests/conformance/add_numbers.h"
#include "tests/conformance/log_records.h"
#include "tests/conformance/temp_folder.h"

namespace kontor {
namespace {

// Small tables: kills fall into flushes and compactions too.
RocksOptions SmallTables() {
  RocksOptions options;
  options.write_buffer_bytes = 64 << 10;
  return options;
}

// The history that every process writes on: a record is a function of its position, so the log of a run that was killed
// ever so often must equal that of one that was not.
Offset OffsetAt(Position position) { return Offset(static_cast<int64_t>(position.value()) * 2); }

std::vector<std::string> RecordsOf(Position from, Position to) {
  std::vector<std::string> records;
  for (Position at = from; at < to; ++at) {
    std::mt19937_64 random(at.value());
    records.push_back(RecordAt(OffsetAt(at).value(), std::string(random() % 400, static_cast<char>(random()))));
  }
  return records;
}

Status AppendNext(EventLog& log, std::mt19937_64& random) {
  const Position to = log.End() + 1 + random() % 30;
  return AppendAll(log, RecordsOf(log.End(), to), OffsetAt(to));
}

// The commit that brings views from a multiple of ten to the next.
constexpr uint64_t kStep = 10;
constexpr std::string_view kAccounts = "abcdefghijklmnopqrst";  // one a letter

ViewCommit CommitTo(uint64_t position) {
  ViewCommit commit;
  std::mt19937_64 random(position);
  for (uint64_t at = position - kStep; at < position; ++at) {
    commit.identities.push_back({HashOf({Source("crash"), EventId(std::to_string(at))}), Position(at)});
    // Some of the spans of time by which the account index is cut.
    const Instant occurred_at(static_cast<int64_t>(random() % 1'000) << 46);
    commit.events.push_back({kAccounts.substr(random() % kAccounts.size(), 1), occurred_at, Position(at)});
  }
  std::ranges::sort(commit.events);
  for (uint64_t row = random() % 50; row < 300; row += 50) {
    if (random() % 5 == 0) {
      commit.Delete(std::to_string(row));
    } else {
      commit.Put(std::to_string(row), std::string(1 + random() % 300, 'a'));
    }
  }
  // Now and then so many rows that the commit is written as a file.
  if (position % (25 * kStep) == 0) {
    for (int row = 0; row < 12'000; ++row) commit.Put("many " + std::to_string(row), std::to_string(position));
  }
  for (int sum = 0; sum < 5; ++sum) commit.Add("sum " + std::to_string(sum), std::to_string(1 + random() % 9));
  commit.checkpoint = {.position = Position(position), .last_record = {}, .fold_version = 1, .zone = "UTC"};
  return commit;
}

void Acknowledge(uint64_t position) {
  const std::string line = std::to_string(position) + "\n";
  KONTOR_CHECK(write(STDOUT_FILENO, line.data(), line.size()) == static_cast<ssize_t>(line.size()));
}

// What a started process does until it is killed: each position it writes to its output is one that was acknowledged.
int Play(const std::string& role, const std::string& path, uint64_t seed) {
  std::mt19937_64 random(seed);
  if (role == "append" || role == "hold") {
    auto log = RocksEventLog::Open(path, EventsOwner(), SmallTables());
    if (!log.ok()) return 2;
    Acknowledge((*log)->End().value());
    if (role == "hold") pause();
    while (AppendNext(**log, random).ok()) Acknowledge((*log)->End().value());
  } else if (role == "commit") {
    auto store = RocksViewStore::Open(path, AddNumbers, SmallTables());
    if (!store.ok()) return 2;
    uint64_t position = (*store)->Snapshot()->checkpoint().position.value();
    Acknowledge(position);
    while ((*store)->Commit(CommitTo(position += kStep)).ok()) Acknowledge(position);
  }
  return 1;
}

// A process that plays a role, and what it acknowledged.
class Victim {
 public:
  Victim(const std::string& role, const std::string& path, uint64_t seed) {
    std::array<int, 2> ends;
    KONTOR_CHECK(pipe(ends.data()) == 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    std::string self = "/proc/self/exe";
    std::string play = "--play";
    std::string role_text = role;
    std::string path_text = path;
    std::string seed_text = std::to_string(seed);
    std::array<char*, 6> arguments = {self.data(),      play.data(),      role_text.data(),
                                      path_text.data(), seed_text.data(), nullptr};
    KONTOR_CHECK(posix_spawn(&pid_, self.c_str(), &actions, nullptr, arguments.data(), environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    output_ = fdopen(ends[0], "r");
    KONTOR_CHECK(output_ != nullptr);
  }
  ~Victim() {
    if (pid_ > 0) Kill();
    fclose(output_);
  }
  Victim(const Victim&) = delete;
  Victim& operator=(const Victim&) = delete;

  // The next position acknowledged; nothing when the process is gone.
  std::optional<uint64_t> Next() {
    std::array<char, 64> line;
    if (fgets(line.data(), line.size(), output_) == nullptr) return std::nullopt;
    uint64_t position = 0;
    KONTOR_CHECK(std::from_chars(line.data(), line.data() + strlen(line.data()), position).ec == std::errc());
    return position;
  }
  // Kills it after so many acknowledgements, and returns the last one that it wrote; nothing if it ended by itself.
  std::optional<uint64_t> KillAfter(uint64_t acknowledgements) {
    std::optional<uint64_t> last;
    for (uint64_t i = 0; i < acknowledgements; ++i) {
      const std::optional<uint64_t> next = Next();
      if (!next) return std::nullopt;
      last = next;
    }
    if (!Kill()) return std::nullopt;
    for (std::optional<uint64_t> next = last; next; next = Next()) last = next;
    return last;
  }

  // False where it had ended by itself.
  bool Kill() {
    kill(pid_, SIGKILL);
    int status = 0;
    KONTOR_CHECK(waitpid(pid_, &status, 0) == pid_);
    pid_ = 0;
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  }

 private:
  pid_t pid_ = 0;
  FILE* output_ = nullptr;
};

constexpr uint64_t kSeed = 20'261'124;
constexpr int kKills = 8;

TEST(StorageCrashTest, Promise1TheLogHoldsAllThatWasAcknowledged) {
  const TempFolder folder;
  const std::string path = folder / "log";
  std::mt19937_64 random(kSeed);
  for (int round = 0; round < kKills; ++round) {
    Victim victim("append", path, random());
    const auto acknowledged = victim.KillAfter(1 + random() % 120);
    ASSERT_TRUE(acknowledged.has_value()) << "seed " << kSeed << ", round " << round;

    const auto log = RocksEventLog::Open(path, EventsOwner(), SmallTables());
    ASSERT_TRUE(log.ok()) << Text(log.status()) << "; seed " << kSeed << ", round " << round;
    EXPECT_GE((*log)->End().value(), *acknowledged) << "seed " << kSeed << ", round " << round;
    EXPECT_EQ((*log)->NextOffset(), OffsetAt((*log)->End()));
    EXPECT_TRUE((*log)->Verify().ok());
  }
}

TEST(StorageCrashTest, Promise2AKilledLogEqualsOneThatWasNot) {
  const TempFolder folder;
  const std::string path = folder / "log";
  std::mt19937_64 random(kSeed);
  for (int round = 0; round < kKills; ++round) {
    Victim victim("append", path, random());
    ASSERT_TRUE(victim.KillAfter(1 + random() % 60).has_value()) << "seed " << kSeed << ", round " << round;
  }
  const auto killed = RocksEventLog::Open(path, EventsOwner(), SmallTables());
  ASSERT_TRUE(killed.ok()) << Text(killed.status());
  const Position end = (*killed)->End();
  ASSERT_GT(end, Position(kKills));
  InMemoryEventLog whole(EventsOwner());
  ASSERT_TRUE(AppendAll(whole, RecordsOf(Position(0), end), OffsetAt(end)).ok());
  EXPECT_EQ(LogDigest(**killed, end).value(), LogDigest(whole, end).value());
}

TEST(StorageCrashTest, ViewsLoseLastCommitsButNeverAPart) {
  const TempFolder folder;
  const std::string path = folder / "views";
  std::mt19937_64 random(kSeed);
  InMemoryViewStore twin(AddNumbers);
  uint64_t position = 0;
  uint64_t committed_max = 0;
  for (int round = 0; round < kKills; ++round) {
    Victim victim("commit", path, random());
    const auto acknowledged = victim.KillAfter(1 + random() % 400);
    ASSERT_TRUE(acknowledged.has_value()) << "seed " << kSeed << ", round " << round;
    committed_max = std::max(committed_max, *acknowledged);

    const auto store = RocksViewStore::Open(path, AddNumbers, SmallTables());
    ASSERT_TRUE(store.ok()) << Text(store.status()) << "; seed " << kSeed << ", round " << round;
    const uint64_t reached = (*store)->Snapshot()->checkpoint().position.value();
    ASSERT_GE(reached, position) << "seed " << kSeed << ", round " << round;
    while (position < reached) ASSERT_TRUE(twin.Commit(CommitTo(position += kStep)).ok());
    ASSERT_EQ(position, reached);
    EXPECT_EQ(ViewsDigest(*(*store)->Snapshot()).value(), ViewsDigest(*twin.Snapshot()).value())
        << "seed " << kSeed << ", round " << round;
    EXPECT_TRUE((*store)->Verify().ok());
  }
  EXPECT_GT(position, 0u);
}

TEST(StorageCrashTest, AnotherProcessCannotOpenWhatIsInUse) {
  const TempFolder folder;
  const std::string path = folder / "log";
  Victim holder("hold", path, 0);
  ASSERT_TRUE(holder.Next().has_value());
  EXPECT_EQ(RocksEventLog::Open(path, EventsOwner()).status().code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(RocksEventLog::OpenForReading(path).status().code(), StatusCode::kFailedPrecondition);
  ASSERT_TRUE(holder.Kill());
  EXPECT_TRUE(RocksEventLog::Open(path, EventsOwner()).ok());
}

}  // namespace
}  // namespace kontor

int main(int argc, char** argv) {
  if (argc == 5 && std::string_view(argv[1]) == "--play") {
    return kontor::Play(argv[2], argv[3], std::stoull(argv[4]));
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
