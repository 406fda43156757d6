#include "engine/views/rocks_instance_store.h"

#include <utility>

#include "engine/base/check.h"
#include "engine/base/codec.h"
#include "engine/log/rocks_database.h"

namespace kontor {
namespace {

constexpr uint32_t kFormatVersion = 1;
constexpr char kOwnerKey[] = "meta:owner";
constexpr char kEntryPrefix = 'k';  // no entry is mistaken for a meta key
constexpr char kRemedy[] = "restore the folder from a copy";

std::string KeyOf(std::string_view key) { return std::string(1, kEntryPrefix).append(key); }

std::string EncodeOwner(const InstanceOwner& owner) {
  std::string bytes;
  ByteWriter out(&bytes);
  out.String(owner.cluster_id);
  out.String(owner.events_topic);
  out.String(owner.reference_topic);
  out.String(owner.rejected_topic);
  return bytes;
}

bool DecodeOwner(std::string_view bytes, InstanceOwner* owner) {
  ByteReader in(bytes);
  owner->cluster_id = in.String();
  owner->events_topic = in.String();
  owner->reference_topic = in.String();
  owner->rejected_topic = in.String();
  return in.ok() && in.AtEnd();
}

Status ReadOwner(const std::string& path, rocksdb::DB& db, InstanceOwner* owner) {
  std::string bytes;
  const rocksdb::Status status = db.Get({}, kOwnerKey, &bytes);
  if (status.ok() && DecodeOwner(bytes, owner)) return OkStatus();
  return DataLoss("instance store {}: its owner is missing or unreadable ({}); {}", path, status.ToString(), kRemedy);
}

std::string Describe(const InstanceOwner& owner) {
  return fmt::format("topics {}, {} and {} of cluster {}", owner.events_topic, owner.reference_topic,
                     owner.rejected_topic, owner.cluster_id.empty() ? "not yet known" : owner.cluster_id);
}

Status AdmitOwner(const std::string& path, const InstanceOwner& stored, const InstanceOwner& asking) {
  InstanceOwner expected = asking;
  if (asking.cluster_id.empty() || stored.cluster_id.empty()) expected.cluster_id = stored.cluster_id;
  if (stored == expected) return OkStatus();
  return FailedPrecondition(
      "instance store {} belongs to {}, and was asked for as {}; choose the folder of those topics, "
      "or an empty one",
      path, Describe(stored), Describe(asking));
}

RocksSpec SpecOf(const std::string& path, const RocksOptions& options) {
  RocksSpec spec;
  spec.path = path;
  spec.kind = "kontor.instance";
  spec.noun = "instance store";
  spec.remedy = kRemedy;
  spec.format_version = kFormatVersion;
  spec.options = options;
  spec.db = RocksDatabase::BaseOptions();
  // As for the log: every write is synced.
  spec.db.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  rocksdb::ColumnFamilyOptions family = RocksDatabase::BaseFamily(options);
  family.write_buffer_size = size_t{4} << 20;
  spec.families = {{rocksdb::kDefaultColumnFamilyName, family}};
  return spec;
}

rocksdb::WriteOptions Synced() {
  rocksdb::WriteOptions options;
  options.sync = true;
  return options;
}

}  // namespace

RocksInstanceStore::RocksInstanceStore(std::unique_ptr<RocksDatabase> database) : database_(std::move(database)) {}

RocksInstanceStore::~RocksInstanceStore() = default;

Result<std::unique_ptr<RocksInstanceStore>> RocksInstanceStore::Open(const std::string& path,
                                                                     const InstanceOwner& owner,
                                                                     const RocksOptions& options) {
  RocksSpec spec = SpecOf(path, options);
  spec.contents = {{kOwnerKey, EncodeOwner(owner)}};
  spec.admit = [path, owner](rocksdb::DB& db) {
    InstanceOwner stored;
    KONTOR_RETURN_IF_ERROR(ReadOwner(path, db, &stored));
    return AdmitOwner(path, stored, owner);
  };
  KONTOR_ASSIGN_OR_RETURN(auto store, Over(RocksDatabase::Open(std::move(spec), RocksDatabase::Access::kCreate)));
  if (!owner.cluster_id.empty()) KONTOR_RETURN_IF_ERROR(store->KeepCluster(owner.cluster_id));
  return store;
}

Result<std::unique_ptr<const InstanceStore>> RocksInstanceStore::OpenForReading(const std::string& path,
                                                                                const RocksOptions& options) {
  return Over(RocksDatabase::Open(SpecOf(path, options), RocksDatabase::Access::kRead));
}

Result<std::unique_ptr<RocksInstanceStore>> RocksInstanceStore::Over(Result<std::unique_ptr<RocksDatabase>> database) {
  if (!database.ok()) return database.status();
  std::unique_ptr<RocksInstanceStore> store(new RocksInstanceStore(*std::move(database)));
  KONTOR_RETURN_IF_ERROR(store->Load());
  return store;
}

Status RocksInstanceStore::Load() { return ReadOwner(database_->spec().path, database_->db(), &owner_); }

InstanceOwner RocksInstanceStore::Owner() const {
  const std::scoped_lock lock(mutex_);
  return owner_;
}

Status RocksInstanceStore::KeepCluster(const std::string& cluster_id) {
  KONTOR_CHECK(!cluster_id.empty());
  const std::scoped_lock lock(mutex_);
  InstanceOwner known = owner_;
  known.cluster_id = cluster_id;
  KONTOR_RETURN_IF_ERROR(AdmitOwner(database_->spec().path, owner_, known));
  if (known == owner_) return OkStatus();
  KONTOR_RETURN_IF_ERROR(database_->CheckFreeSpace());
  KONTOR_RETURN_IF_ERROR(
      database_->ToStatus(database_->db().Put(Synced(), kOwnerKey, EncodeOwner(known)), "writing its owner"));
  owner_ = known;
  return OkStatus();
}

Result<std::optional<std::string>> RocksInstanceStore::Get(std::string_view key) const {
  std::string value;
  const rocksdb::Status status = database_->db().Get({}, KeyOf(key), &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return database_->ToStatus(status, "reading an entry");
  return value;
}

Status RocksInstanceStore::Put(std::string_view key, std::string_view value) {
  KONTOR_RETURN_IF_ERROR(database_->CheckFreeSpace());
  const rocksdb::Slice bytes(value.data(), value.size());
  return database_->ToStatus(database_->db().Put(Synced(), KeyOf(key), bytes), "writing an entry");
}

Status RocksInstanceStore::Delete(std::string_view key) {
  KONTOR_RETURN_IF_ERROR(database_->CheckFreeSpace());
  return database_->ToStatus(database_->db().Delete(Synced(), KeyOf(key)), "deleting an entry");
}

}  // namespace kontor
