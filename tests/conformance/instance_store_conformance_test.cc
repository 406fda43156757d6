// RocksInstanceStore and its in-memory twin under one suite.
#include <gtest/gtest.h>

#include "engine/views/in_memory_instance_store.h"
#include "engine/views/rocks_instance_store.h"
#include "tests/conformance/temp_folder.h"

namespace kontor {
namespace {

class InMemoryInstance {
 public:
  std::unique_ptr<InstanceStore> Open(const InstanceOwner& owner) {
    return std::make_unique<InMemoryInstanceStore>(owner);
  }
  std::unique_ptr<InstanceStore> Reopen(std::unique_ptr<InstanceStore> store) { return store; }
};

class RocksInstance {
 public:
  std::unique_ptr<InstanceStore> Open(const InstanceOwner& owner) {
    auto store = RocksInstanceStore::Open(folder_ / "instance", owner);
    KONTOR_CHECK(store.ok());
    return *std::move(store);
  }
  std::unique_ptr<InstanceStore> Reopen(std::unique_ptr<InstanceStore> store) {
    const InstanceOwner owner = store->Owner();
    store.reset();
    return Open(owner);
  }

 private:
  TempFolder folder_;
};

InstanceOwner Owner(std::string cluster_id) { return {std::move(cluster_id), "events", "reference", "rejected"}; }

template <typename Adapter>
class InstanceStoreSuite : public ::testing::Test {
 protected:
  Adapter adapter_;
};

using Adapters = ::testing::Types<InMemoryInstance, RocksInstance>;
TYPED_TEST_SUITE(InstanceStoreSuite, Adapters);

TYPED_TEST(InstanceStoreSuite, EntriesArePutReadReplacedAndDeleted) {
  auto store = this->adapter_.Open(Owner("a"));
  EXPECT_EQ(store->Get("x").value(), std::nullopt);
  ASSERT_TRUE(store->Put("x", "1").ok());
  ASSERT_TRUE(store->Put("", std::string("\0\xff", 2)).ok());
  ASSERT_TRUE(store->Put("y", "").ok());
  ASSERT_TRUE(store->Put("x", "2").ok());
  ASSERT_TRUE(store->Delete("y").ok());
  ASSERT_TRUE(store->Delete("never").ok());
  store = this->adapter_.Reopen(std::move(store));
  EXPECT_EQ(store->Get("x").value(), "2");
  EXPECT_EQ(store->Get("y").value(), std::nullopt);
  EXPECT_EQ(store->Get("").value(), std::string("\0\xff", 2));
}

TYPED_TEST(InstanceStoreSuite, TheFirstClusterKnownIsKept) {
  auto store = this->adapter_.Open(Owner(""));
  EXPECT_EQ(store->Owner(), Owner(""));
  ASSERT_TRUE(store->KeepCluster("a").ok());
  ASSERT_TRUE(store->KeepCluster("a").ok());
  EXPECT_EQ(store->KeepCluster("b").code(), StatusCode::kFailedPrecondition);
  store = this->adapter_.Reopen(std::move(store));
  EXPECT_EQ(store->Owner(), Owner("a"));
}

TEST(RocksInstanceStoreTest, AnotherOwnerIsRefused) {
  const TempFolder folder;
  const std::string path = folder / "instance";
  ASSERT_TRUE(RocksInstanceStore::Open(path, Owner("a")).ok());
  EXPECT_TRUE(RocksInstanceStore::Open(path, Owner("")).ok());
  EXPECT_EQ(RocksInstanceStore::Open(path, Owner("b")).status().code(), StatusCode::kFailedPrecondition);
  InstanceOwner other = Owner("a");
  other.rejected_topic = "elsewhere";
  EXPECT_EQ(RocksInstanceStore::Open(path, other).status().code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(RocksInstanceStore::OpenForReading(path).value()->Owner(), Owner("a"));
}

}  // namespace
}  // namespace kontor
