#include "tools/kontor/reporting.h"

#include <gtest/gtest.h>

#include "engine/views/in_memory_instance_store.h"

namespace kontor {
namespace {

const Currency kDollar("USD");

class ReportingTest : public testing::Test {
 protected:
  // What a folder tells in that is opened with these words, as "EUR UTC", and keeps.
  std::string Open(std::optional<Currency> currency, const std::optional<Zone>& zone) {
    const auto stored = StoredReporting(store_);
    EXPECT_TRUE(stored.ok()) << stored.status();
    const Reporting chosen = ChooseReporting(currency, zone, *stored);
    EXPECT_EQ(KeepReporting(chosen, &store_), OkStatus());
    return chosen.currency.code() + " " + chosen.zone.name();
  }

  const Zone berlin_ = *Zone::Load("Europe/Berlin");
  InMemoryInstanceStore store_{InstanceOwner()};
};

TEST_F(ReportingTest, NewFolderTellsInEurosAndUtc) { EXPECT_EQ(Open({}, {}), "EUR UTC"); }

TEST_F(ReportingTest, FolderKeepsWhatWasAskedForLast) {
  EXPECT_EQ(Open(kDollar, berlin_), "USD Europe/Berlin");
  EXPECT_EQ(Open({}, {}), "USD Europe/Berlin");
  EXPECT_EQ(Open({}, Zone::Utc()), "USD UTC");
  EXPECT_EQ(Open(Currency("CHF"), {}), "CHF UTC");
  EXPECT_EQ(Open({}, {}), "CHF UTC");
}

TEST_F(ReportingTest, WhatCannotBeReadIsSaid) {
  for (const char* kept : {"", "EUR", "EURO UTC"}) {
    ASSERT_EQ(store_.Put("reporting", kept), OkStatus());
    EXPECT_EQ(StoredReporting(store_).status().code(), StatusCode::kDataLoss) << kept;
  }
  ASSERT_EQ(store_.Put("reporting", "EUR Mars/Base"), OkStatus());
  EXPECT_EQ(StoredReporting(store_).status().code(), StatusCode::kNotFound);
}

}  // namespace
}  // namespace kontor
