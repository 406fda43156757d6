#include "engine/query/recorded_at.h"

#include <google/protobuf/util/time_util.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace kontor {
namespace {

std::string Told(int64_t timestamp_ms, log::v1::TimestampType type = log::v1::TIMESTAMP_TYPE_CREATE) {
  log::v1::LogRecord record;
  record.set_timestamp_ms(timestamp_ms);
  record.set_timestamp_type(type);
  const auto at = RecordedAt(record);
  return at ? google::protobuf::util::TimeUtil::ToString(*at) : "none";
}

TEST(RecordedAtTest, IsTheRecordsTimestamp) {
  EXPECT_EQ(Told(1'767'571'200'007), "2026-01-05T00:00:00.007Z");
  EXPECT_EQ(Told(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(Told(-1), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(Told(0, log::v1::TIMESTAMP_TYPE_UNSPECIFIED), "none");
}

TEST(RecordedAtTest, WhatJsonCannotTellIsLeftOut) {
  EXPECT_EQ(Told(253'402'300'799'999), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(Told(253'402'300'800'000), "none");
  EXPECT_EQ(Told(-62'135'596'800'000), "0001-01-01T00:00:00Z");
  EXPECT_EQ(Told(-62'135'596'800'001), "none");
  EXPECT_EQ(Told(std::numeric_limits<int64_t>::max()), "none");
  EXPECT_EQ(Told(std::numeric_limits<int64_t>::min()), "none");

  google::protobuf::Timestamp odd;
  odd.set_nanos(1'000'000'000);
  EXPECT_FALSE(HasWords(odd));
  odd.set_nanos(-1);
  EXPECT_FALSE(HasWords(odd));
}

}  // namespace
}  // namespace kontor
