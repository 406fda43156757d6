#include "engine/log/stored_record.h"

#include <algorithm>
#include <cstring>

#include "engine/base/check.h"
#include "engine/base/codec.h"

namespace kontor {
namespace {

using log::v1::Header;
using log::v1::LogRecord;

enum WireType : uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

constexpr size_t kVarintBytesMax = 10;

// A field's tag. All of them are below 16, so it takes one byte.
constexpr uint8_t Tag(int field, WireType type) { return static_cast<uint8_t>(field << 3 | type); }

// Writes fields into memory that is large enough.
class Pen {
 public:
  explicit Pen(char* at) : at_(at) {}
  char* at() const { return at_; }

  void Byte(uint8_t x) { *at_++ = static_cast<char>(x); }
  void Varint(uint64_t x) {
    while (x >= 0x80) {
      Byte(static_cast<uint8_t>(x | 0x80));
      x >>= 7;
    }
    Byte(static_cast<uint8_t>(x));
  }
  void Number(int field, uint64_t x) {
    Byte(Tag(field, kVarint));
    Varint(x);
  }
  void NumberUnlessZero(int field, uint64_t x) {
    if (x != 0) Number(field, x);
  }
  void Bytes(int field, std::string_view x) {
    Byte(Tag(field, kBytes));
    Varint(x.size());
    if (!x.empty()) std::memcpy(at_, x.data(), x.size());
    at_ += x.size();
  }
  void BytesUnlessEmpty(int field, std::string_view x) {
    if (!x.empty()) Bytes(field, x);
  }

 private:
  char* at_;
};

size_t VarintBytes(uint64_t x) {
  size_t bytes = 1;
  for (; x >= 0x80; x >>= 7) ++bytes;
  return bytes;
}

size_t FieldBytes(std::string_view x) { return 1 + VarintBytes(x.size()) + x.size(); }

size_t HeaderBytes(const RawHeader& header) {
  return (header.name.empty() ? 0 : FieldBytes(header.name)) + (header.value ? FieldBytes(*header.value) : 0);
}

// At least what the record takes.
size_t BytesMax(const RawRecord& raw, const StoredVerdict& verdict) {
  constexpr size_t kNumbers = 7;
  constexpr size_t kTexts = 4;
  size_t bytes = (kNumbers + kTexts) * (1 + kVarintBytesMax);
  bytes += raw.key.value_or("").size() + raw.value.value_or("").size();
  for (const RawHeader& header : raw.headers) bytes += 1 + kVarintBytesMax + HeaderBytes(header);
  if (verdict.rejection != nullptr) bytes += verdict.rejection->field.size() + verdict.rejection->text.size();
  return bytes;
}

// Passes over a field of an unknown number.
bool Skip(ByteReader* in, uint64_t wire_type) {
  switch (wire_type) {
    case kVarint:
      in->Varint();
      return in->ok();
    case kFixed64:
      in->Raw(8);
      return in->ok();
    case kBytes:
      in->String();
      return in->ok();
    case kFixed32:
      in->Raw(4);
      return in->ok();
    default:
      return false;
  }
}

bool ParseHeader(std::string_view bytes, RawHeader* header) {
  ByteReader in(bytes);
  while (!in.AtEnd()) {
    switch (const uint64_t tag = in.Varint()) {
      case Tag(Header::kNameFieldNumber, kBytes):
        header->name = in.String();
        break;
      case Tag(Header::kValueFieldNumber, kBytes):
        header->value = in.String();
        break;
      default:
        if (tag >> 3 == 0 || !Skip(&in, tag & 7)) return false;
    }
  }
  return in.ok();
}

}  // namespace

void StoredRecords::Clear() { ends_.clear(); }

void StoredRecords::Add(const RawRecord& raw, const StoredVerdict& verdict) {
  const size_t begin = ends_.empty() ? 0 : ends_.back();
  const size_t enough = begin + BytesMax(raw, verdict);
  if (bytes_.size() < enough) bytes_.resize(std::max(2 * bytes_.size(), enough));

  Pen pen(bytes_.data() + begin);
  pen.NumberUnlessZero(LogRecord::kOffsetFieldNumber, static_cast<uint64_t>(raw.offset.value()));
  pen.NumberUnlessZero(LogRecord::kTimestampMsFieldNumber, static_cast<uint64_t>(raw.timestamp_ms));
  pen.NumberUnlessZero(LogRecord::kTimestampTypeFieldNumber, static_cast<uint64_t>(raw.timestamp_type));
  pen.NumberUnlessZero(LogRecord::kDispositionFieldNumber, static_cast<uint64_t>(verdict.disposition));
  pen.NumberUnlessZero(LogRecord::kIntakeVersionFieldNumber, verdict.intake_version);
  if (raw.key) pen.Bytes(LogRecord::kKeyFieldNumber, *raw.key);
  for (const RawHeader& header : raw.headers) {
    pen.Byte(Tag(LogRecord::kHeadersFieldNumber, kBytes));
    pen.Varint(HeaderBytes(header));
    pen.BytesUnlessEmpty(Header::kNameFieldNumber, header.name);
    if (header.value) pen.Bytes(Header::kValueFieldNumber, *header.value);
  }
  if (raw.value) pen.Bytes(LogRecord::kValueFieldNumber, *raw.value);
  if (verdict.original) pen.Number(LogRecord::kOriginalPositionFieldNumber, verdict.original->value());
  if (verdict.rejection != nullptr) {
    pen.NumberUnlessZero(LogRecord::kRejectReasonFieldNumber, static_cast<uint64_t>(verdict.rejection->reason));
    pen.BytesUnlessEmpty(LogRecord::kRejectFieldFieldNumber, verdict.rejection->field);
    pen.BytesUnlessEmpty(LogRecord::kRejectTextFieldNumber, verdict.rejection->text);
  }
  const auto end = static_cast<size_t>(pen.at() - bytes_.data());
  KONTOR_CHECK(end <= enough);
  ends_.push_back(end);
}

std::vector<std::string_view> StoredRecords::Views() const {
  std::vector<std::string_view> views;
  views.reserve(ends_.size());
  size_t begin = 0;
  for (const size_t end : ends_) {
    views.emplace_back(bytes_.data() + begin, end - begin);
    begin = end;
  }
  return views;
}

bool ParseStored(std::string_view bytes, StoredRecord* record) {
  *record = {};
  ByteReader in(bytes);
  while (!in.AtEnd()) {
    switch (const uint64_t tag = in.Varint()) {
      case Tag(LogRecord::kOffsetFieldNumber, kVarint):
        record->raw.offset = Offset(static_cast<int64_t>(in.Varint()));
        break;
      case Tag(LogRecord::kTimestampMsFieldNumber, kVarint):
        record->raw.timestamp_ms = static_cast<int64_t>(in.Varint());
        break;
      case Tag(LogRecord::kTimestampTypeFieldNumber, kVarint):
        record->raw.timestamp_type = static_cast<log::v1::TimestampType>(in.Varint());
        break;
      case Tag(LogRecord::kDispositionFieldNumber, kVarint):
        record->disposition = static_cast<log::v1::Disposition>(in.Varint());
        break;
      case Tag(LogRecord::kKeyFieldNumber, kBytes):
        record->raw.key = in.String();
        break;
      case Tag(LogRecord::kHeadersFieldNumber, kBytes):
        if (!ParseHeader(in.String(), &record->raw.headers.emplace_back())) return false;
        break;
      case Tag(LogRecord::kValueFieldNumber, kBytes):
        record->raw.value = in.String();
        break;
      default:
        if (tag >> 3 == 0 || !Skip(&in, tag & 7)) return false;
    }
  }
  return in.ok();
}

}  // namespace kontor
