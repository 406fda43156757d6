// What a shard derives from its log, durable: state rows, the identity index and the account index, with the checkpoint
// that says how far the log is folded in.
//
// Ownership:   a store outlives its snapshots.
// Threads:     Commit and Clear by one thread; Snapshot and Verify by any, beside it.
// Invariants:  one commit is all there or not at all, its checkpoint with it. Checkpoints never go back but by Clear.
// Durability:  a crash may lose the last commits, never part of one: the checkpoint then names an earlier position. A
//              store that is destroyed in order loses nothing.
// Errors:      DataLoss: what is stored contradicts itself; rebuild from the log. ResourceExhausted from Commit: the
//              disk is nearly full; nothing was written. After any other failure of Commit every later one fails alike,
//              and the process must end.
// Format:      FORMAT.md beside this file.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/arena.h"
#include "engine/base/civil.h"
#include "engine/base/ids.h"
#include "engine/base/sha256.h"
#include "engine/base/status.h"
#include "engine/base/strong.h"
#include "engine/log/store_figures.h"

namespace kontor {

// How far the views reflect the log, and under which rules they were folded.
struct Checkpoint {
  Position position;         // number of records folded in
  Sha256Hash last_record{};  // of the stored record at position - 1; zeros at position 0
  uint32_t fold_version = 0;
  std::string zone;  // the reporting zone that days were cut by
  bool operator==(const Checkpoint&) const = default;
};

// One state row: its key (account, table and row, as projections encode them) and its value; no value deletes it. A row
// that adds is not put in the place of what is stored, but added to it (AddValues): so it need not be read first.
struct RowWrite {
  std::string_view key;
  std::optional<std::string_view> value;  // not empty
  bool adds = false;
};

// Adds values of one row, in whatever order and however they were added before; gives nothing where they come to
// nothing, and the row is not there. False where one of them is no value.
using AddValues = bool (*)(std::span<const std::string_view> values, std::string* sum);

// 64 bits of XXH3 over source and event id. Two identities may share one: a match is settled against the original
// event.
using IdentityHash = StrongNumber<struct IdentityHashTag, uint64_t>;
IdentityHash HashOf(std::string_view source, std::string_view event_id);
inline IdentityHash HashOf(const Identity& identity) {
  return HashOf(identity.source.value(), identity.event_id.value());
}

struct IdentityEntry {
  IdentityHash identity;
  Position position;
  auto operator<=>(const IdentityEntry&) const = default;
};

// An accepted event of an account, in the world's order. The account's id holds no zero byte.
struct AccountEvent {
  std::string_view account;
  Instant occurred_at;
  Position position;
  auto operator<=>(const AccountEvent&) const = default;
};

struct ViewCommit {
  std::vector<RowWrite> rows;             // each key at most once
  std::vector<IdentityEntry> identities;  // in any order
  std::vector<AccountEvent> events;       // in their order, each position once
  Checkpoint checkpoint;
  std::shared_ptr<Arena> memory = std::make_shared<Arena>();  // for what rows and events view
  std::shared_ptr<const void> other_memory{};                 // what they view beside it, kept alive

  // Rows that the commit holds copies of.
  void Put(std::string_view key, std::string_view value) { rows.push_back({memory->Copy(key), memory->Copy(value)}); }
  void Delete(std::string_view key) { rows.push_back({memory->Copy(key), std::nullopt}); }
  void Add(std::string_view key, std::string_view value) {
    rows.push_back({memory->Copy(key), memory->Copy(value), true});
  }
};

// One consistent reading of the store.
//
// Threads: any.
class ViewSnapshot {
 public:
  virtual ~ViewSnapshot() = default;

  // Position 0 where nothing was committed yet.
  virtual const Checkpoint& checkpoint() const = 0;
  virtual Result<std::optional<std::string>> Row(std::string_view key) const = 0;
  // Every row whose key starts with the prefix and is not below `from`, in key order, until `visit` returns false. The
  // bytes live for the call.
  virtual Status ScanRows(std::string_view prefix, std::string_view from,
                          const std::function<bool(std::string_view key, std::string_view value)>& visit) const = 0;
  // The keys of rows, in leaps: `visit` is given the first key that is not below `from`, sets `next` to where to go on,
  // behind that key, and so forth until it returns false. What lies between costs next to nothing.
  virtual Status LeapOverRows(std::string_view from,
                              const std::function<bool(std::string_view key, std::string* next)>& visit) const = 0;
  // Every position stored under the hash, ascending.
  virtual Result<std::vector<Position>> Positions(const IdentityHash& identity) const = 0;
  // Every entry of the identity index, in any order, some at a time.
  virtual Status ScanIdentities(const std::function<void(std::span<const IdentityEntry>)>& visit) const = 0;
  // The account's events from (at, position) on, in the order of instant and position, until `visit` returns false.
  virtual Status ScanEvents(const AccountId& account, Instant at, Position position,
                            const std::function<bool(Instant, Position)>& visit) const = 0;
  // Every (table, key, value), the logical pairs of the indexes included whatever their layout, by table, then in key
  // order. What the views digest is taken over: not the checkpoint. Tables: "events" (keys as EventKey), "identities"
  // (hash and position, both big-endian), both without values, and "rows".
  virtual Status ScanAll(
      const std::function<bool(std::string_view table, std::string_view key, std::string_view value)>& visit) const = 0;
};

class ViewStore {
 public:
  virtual ~ViewStore() = default;
  // Requires: the checkpoint not below the present one, and every position given below it.
  virtual Status Commit(const ViewCommit& commit) = 0;
  // What the last commit left; it stays so while later commits go on. Cheap: nothing is read or copied.
  virtual std::unique_ptr<ViewSnapshot> Snapshot() const = 0;
  // Removes everything, durably: before a rebuild. Requires: no snapshot of it is left. Where it fails, the store can
  // only be destroyed.
  virtual Status Clear() = 0;
  // Reads every stored byte against its checksum. DataLoss on the first that differs.
  virtual Status Verify() const = 0;

  // The first DataLoss that anybody met here, reading or writing; OK where nobody did. Cheap.
  virtual Status Damage() const { return OkStatus(); }

  virtual StoreFigures Figures() const { return {}; }
};

// SHA-256 over every (table, key, value), each length-prefixed (LEB128), in hexadecimal. goes_on: asked now and then;
// where it returns false the digest is given up, Cancelled. May be empty.
Result<std::string> ViewsDigest(const ViewSnapshot& snapshot, const std::function<bool()>& goes_on = nullptr);

}  // namespace kontor
