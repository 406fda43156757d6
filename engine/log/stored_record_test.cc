#include "engine/log/stored_record.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "engine/event/parse.h"

namespace kontor {
namespace {

using log::v1::LogRecord;

// As protobuf writes it.
std::string Serialized(const RawRecord& raw, const StoredVerdict& verdict) {
  LogRecord record;
  record.set_offset(raw.offset.value());
  record.set_timestamp_ms(raw.timestamp_ms);
  record.set_timestamp_type(raw.timestamp_type);
  record.set_disposition(verdict.disposition);
  record.set_intake_version(verdict.intake_version);
  if (raw.key) record.set_key(std::string(*raw.key));
  for (const RawHeader& header : raw.headers) {
    record.add_headers()->set_name(std::string(header.name));
    if (header.value) record.mutable_headers()->rbegin()->set_value(std::string(*header.value));
  }
  if (raw.value) record.set_value(std::string(*raw.value));
  if (verdict.original) record.set_original_position(verdict.original->value());
  if (verdict.rejection != nullptr) {
    record.set_reject_reason(verdict.rejection->reason);
    record.set_reject_field(verdict.rejection->field);
    record.set_reject_text(verdict.rejection->text);
  }
  return record.SerializeAsString();
}

// Records of every shape: each part absent, empty, short or long; each number of one byte up to ten.
class RandomRecords {
 public:
  explicit RandomRecords(uint64_t seed) : random_(seed) {
    for (std::string& text : texts_) text = Text();
  }

  RawRecord Raw() {
    RawRecord raw;
    raw.offset = Offset(Number());
    raw.timestamp_ms = Number();
    raw.timestamp_type = static_cast<log::v1::TimestampType>(random_() % 3);
    if (Coin()) raw.key = Picked();
    for (uint64_t left = random_() % 4; left > 0; --left) {
      raw.headers.push_back({Picked(), std::nullopt});
      if (Coin()) raw.headers.back().value = Picked();
    }
    if (Coin()) raw.value = Picked();
    return raw;
  }
  // The rejection is good until the next call.
  StoredVerdict Verdict() {
    StoredVerdict verdict;
    verdict.disposition = static_cast<log::v1::Disposition>(random_() % 5);
    verdict.intake_version = static_cast<uint32_t>(Number());
    if (Coin()) verdict.original = Position(static_cast<uint64_t>(Number()));
    if (Coin()) {
      rejection_ = {static_cast<log::v1::RejectReason>(random_() % 11), Coin() ? "" : "a.b[3]", Coin() ? "" : "wrong"};
      verdict.rejection = &rejection_;
    }
    return verdict;
  }
  uint64_t Below(uint64_t bound) { return random_() % bound; }

 private:
  bool Coin() { return random_() % 2 == 0; }
  int64_t Number() { return Coin() ? 0 : static_cast<int64_t>(random_() >> random_() % 64); }
  std::string Text() {
    constexpr size_t kLengths[] = {0, 1, 127, 128, 300, 20'000};
    std::string text(kLengths[random_() % std::size(kLengths)], '\0');
    for (char& c : text) c = static_cast<char>(random_());
    return text;
  }
  std::string_view Picked() { return texts_[random_() % std::size(texts_)]; }

  std::mt19937_64 random_;
  std::string texts_[16];
  Rejection rejection_;
};

TEST(StoredRecordTest, BytesAreThoseOfProtobuf) {
  RandomRecords random(20'261'124);
  StoredRecords records;
  for (int batch = 0; batch < 100; ++batch) {
    records.Clear();
    std::vector<std::string> expected;
    for (int i = 0; i < 50; ++i) {
      const RawRecord raw = random.Raw();
      const StoredVerdict verdict = random.Verdict();
      records.Add(raw, verdict);
      expected.push_back(Serialized(raw, verdict));
    }
    const std::vector<std::string_view> views = records.Views();
    ASSERT_EQ(records.size(), expected.size());
    EXPECT_TRUE(std::equal(views.begin(), views.end(), expected.begin(), expected.end()));
  }
}

TEST(StoredRecordTest, ReadsWhatProtobufReads) {
  RandomRecords random(7);
  for (int i = 0; i < 3'000; ++i) {
    const RawRecord raw = random.Raw();
    const StoredVerdict verdict = random.Verdict();
    const std::string bytes = Serialized(raw, verdict);
    StoredRecord record;
    ASSERT_TRUE(ParseStored(bytes, &record));
    EXPECT_EQ(record.disposition, verdict.disposition);
    EXPECT_EQ(Serialized(record.raw, verdict), bytes);
  }
}

// Whatever was done to the bytes: what protobuf reads is read here, and says the same. (Protobuf moreover looks at the
// texts of rejections, which are not read here.)
TEST(StoredRecordTest, DamagedBytesAreReadAsByProtobuf) {
  RandomRecords random(11);
  int refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    RawRecord raw = random.Raw();
    if (raw.value && raw.value->size() > 300) raw.value = "short";
    std::string bytes = Serialized(raw, random.Verdict());
    if (bytes.empty()) continue;
    if (random.Below(2) == 0) bytes.resize(random.Below(bytes.size()));
    for (uint64_t left = random.Below(3); left > 0 && !bytes.empty(); --left) {
      bytes[random.Below(std::min<size_t>(bytes.size(), 40))] = static_cast<char>(random.Below(256));
    }
    LogRecord expected;
    StoredRecord record;
    const bool is_record = ParseProtobuf(bytes, &expected);
    if (!is_record) ++refused;
    if (!ParseStored(bytes, &record)) {
      EXPECT_FALSE(is_record) << testing::PrintToString(bytes);
      continue;
    }
    if (!is_record) continue;
    EXPECT_EQ(record.disposition, expected.disposition());
    EXPECT_EQ(record.raw.offset.value(), expected.offset());
    EXPECT_EQ(record.raw.key, expected.has_key() ? std::optional<std::string_view>(expected.key()) : std::nullopt);
    EXPECT_EQ(record.raw.value,
              expected.has_value() ? std::optional<std::string_view>(expected.value()) : std::nullopt);
    EXPECT_EQ(record.raw.headers.size(), static_cast<size_t>(expected.headers_size()));
  }
  EXPECT_GT(refused, 1'000);
}

// A field that is added to the schema must be written and read here too.
TEST(StoredRecordTest, KnowsEveryFieldOfTheSchema) {
  EXPECT_EQ(LogRecord::descriptor()->field_count(), 12);
  EXPECT_EQ(log::v1::Header::descriptor()->field_count(), 2);
}

}  // namespace
}  // namespace kontor
