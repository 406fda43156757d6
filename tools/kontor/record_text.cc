#include "tools/kontor/record_text.h"

#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <string_view>

#include "engine/base/check.h"
#include "engine/base/civil.h"
#include "engine/base/utf8.h"
#include "tools/kontor/text.h"
#include "tools/kontor/view_blocks.h"

namespace kontor {
namespace {

using api::v1::RecordSummary;

constexpr size_t kBytesALine = 16;
constexpr int kBytesWidth = 76;  // of such a line; half as many bytes where that is too wide

std::string BytesText(int64_t bytes) { return CountText(bytes) + (bytes == 1 ? " byte" : " bytes"); }

std::string TextOrBytes(std::string_view bytes) {
  return IsUtf8(bytes) ? std::string(bytes) : BytesText(static_cast<int64_t>(bytes.size()));
}

std::string DispositionText(const RecordSummary& record) {
  const std::string text = WordsOf(log::v1::Disposition_Name(record.disposition()), "DISPOSITION_");
  return record.disposition() == log::v1::DISPOSITION_REJECTED ? text + ", " + ReasonText(record) : text;
}

std::string RecordedText(const RecordSummary& record) {
  const auto instant = record.has_recorded_at() ? InstantOf(record.recorded_at()) : std::nullopt;
  if (!instant) return std::string(kUnknown);
  switch (record.record().timestamp_type()) {
    case log::v1::TIMESTAMP_TYPE_CREATE:
      return InstantText(*instant) + ", by the emitter's clock";
    case log::v1::TIMESTAMP_TYPE_LOG_APPEND:
      return InstantText(*instant) + ", by the broker's clock";
    default:
      return InstantText(*instant);
  }
}

std::string IdentityText(const RecordSummary& record) {
  if (!record.has_event()) return "";
  return fmt::format("{} of {}", record.event_id().empty() ? kUnknown : record.event_id(),
                     record.source().empty() ? kUnknown : record.source());
}

// "00000010  6b 6f 6e 74 6f 72 …  kontor…"
std::string BytesText(std::string_view bytes, const Console& console) {
  const size_t a_line = console.width > 0 && console.width < kBytesWidth ? kBytesALine / 2 : kBytesALine;
  std::string text;
  for (size_t begin = 0; begin < bytes.size(); begin += a_line) {
    const std::string_view line = bytes.substr(begin, a_line);
    std::string digits;
    std::string letters;
    for (const char c : line) {
      const auto byte = static_cast<unsigned char>(c);
      digits += fmt::format(" {:02x}", byte);
      letters += byte >= 0x20 && byte < 0x7F ? c : '.';
    }
    text += fmt::format("{:08x} {:<{}}  {}\n", begin, digits, a_line * 3, letters);
  }
  return text;
}

std::string EventText(const event::v1::Event& event) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.preserve_proto_field_names = true;  // as reasons name fields, and as `kontor emit` is shown them
  std::string json;
  KONTOR_CHECK(google::protobuf::util::MessageToJsonString(event, &json, options).ok());  // in JSON it came
  std::string text;
  for (size_t begin = 0; begin < json.size();) {
    const size_t end = std::min(json.find('\n', begin), json.size());
    text += Printable(std::string_view(json).substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  return text;
}

}  // namespace

bool IsRefused(const RecordSummary& record) {
  return record.disposition() == log::v1::DISPOSITION_REJECTED || record.disposition() == log::v1::DISPOSITION_CONFLICT;
}

std::string KeyText(const RecordSummary& record) {
  return record.has_key() ? TextOrBytes(record.key()) : std::string(kUnknown);
}

std::string ReasonText(const RecordSummary& record) {
  if (record.disposition() == log::v1::DISPOSITION_CONFLICT) return "conflict";
  return WordsOf(log::v1::RejectReason_Name(record.reason()), "REJECT_REASON_");
}

std::string WhatText(const RecordSummary& record) {
  std::string text = record.field().empty() ? record.text() : record.field() + ": " + record.text();
  if (record.has_original_position()) {
    const std::string original = fmt::format(
        "{} content than {}/{}@{}", record.disposition() == log::v1::DISPOSITION_DUPLICATE ? "no other" : "other",
        record.topic(), record.partition(), record.original_position());
    text = text.empty() ? original : text + " (" + original + ")";
  }
  return text;
}

std::string RecordText(const RecordSummary& record, const Console& console) {
  const log::v1::LogRecord& raw = record.record();
  Facts facts;
  facts.Add("Record", record.id());
  facts.Add("Disposition", DispositionText(record));
  facts.Add("What is wrong", WhatText(record));
  facts.Add("In Kafka", fmt::format("{}/{}, offset {}", record.topic(), record.partition(), record.offset()));
  facts.Add("Recorded", RecordedText(record));
  facts.Add("Key", KeyText(record));
  facts.Add("Account", record.account_id());
  facts.Add("Event", IdentityText(record));
  facts.Add("Body", WordsOf(record.body(), ""));
  facts.Add("Value", raw.has_value() ? BytesText(record.value_bytes()) : "none: a tombstone");
  if (IsRefused(record)) facts.Add("Dead letter", record.dead_letter_sent() ? "sent" : "not sent yet");
  std::string text = facts.Text(console);

  Facts headers;
  for (const log::v1::Header& header : raw.headers()) {
    headers.Add(TextOrBytes(header.name()), header.has_value() ? TextOrBytes(header.value()) : "no value");
  }
  if (raw.headers_size() > 0) text += Heading("Headers", console) + headers.Text(console);
  if (record.has_event()) return text + Heading("What it says", console) + EventText(record.event());
  if (raw.value().empty()) return text;
  return text + Heading("Its bytes", console) + BytesText(raw.value(), console);
}

}  // namespace kontor
