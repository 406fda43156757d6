#include "tools/kontor/demo/account.h"

#include <fmt/format.h>

#include <string_view>

#include "engine/base/check.h"

namespace kontor::demo {
namespace {

constexpr std::array<std::string_view, static_cast<size_t>(Document::kCount)> kPrefixes = {
    "C", "D", "INV", "CN", "PAY", "REF", "P", "I", "G", "N", "O", "R"};

}  // namespace

std::string Account::NewId(Document document) {
  const auto index = static_cast<size_t>(document);
  return fmt::format("{}-{}-{:04}", kPrefixes[index], number, ++next_document[index]);
}

event::v1::Event Account::NewEvent(std::string_view source, Instant occurred_at) {
  uint64_t serial = ((static_cast<uint64_t>(number) << 32) | ++next_event) ^ id_salt;
  event::v1::Event event;
  event.set_event_id(fmt::format("{:016x}", SplitMix64(&serial)));
  event.set_source(std::string(source));
  event.set_account_id(id);
  *event.mutable_occurred_at() = TimestampOf(occurred_at);
  return event;
}

std::vector<const Contact*> Account::ContactsAt(Day day) const {
  std::vector<const Contact*> there;
  for (const Contact& contact : contacts) {
    if (contact.since <= day && (!contact.left || day < *contact.left)) there.push_back(&contact);
  }
  return there;
}

}  // namespace kontor::demo
