#include "tools/kontor/demo/bad_emitter.h"

#include <fmt/format.h>

#include <array>
#include <string>

#include "engine/base/check.h"
#include "tools/kontor/demo/facts.h"

namespace kontor::demo {
namespace {

using event::v1::Event;

constexpr uint64_t kBadEmitterStream = 3;

enum class Mistake {
  kJson,  // text where protobuf belongs
  kNoInstant,
  kWrongKey,      // the order's number instead of the account's id
  kMilliseconds,  // milliseconds where seconds belong
  kNoChannel,
  kCutOff,
  kConflict,   // an identity used again for something else
  kSentiment,  // a scale of a thousand
  kEmpty,
  kCurrencyName,  // "Euro"
  kTomorrow,      // a clock that runs days ahead
  kOtherMessage,  // another message of the file, in the schema registry's framing
  kWrongTopic,
  kNegative,
  kCount,
};

std::string Bytes(const Event& event) {
  std::string bytes;
  KONTOR_CHECK(event.SerializeToString(&bytes));
  return bytes;
}

DemoRecord RecordOf(const Event& event, Instant at) {
  DemoRecord record;
  record.key = event.account_id();
  record.value = Bytes(event);
  record.timestamp_ms = at.value() / kMillisecond;
  return record;
}

}  // namespace

BadEmitter::BadEmitter(uint64_t seed) : random_(seed, kBadEmitterStream) {}

Day BadEmitter::ReleaseDay(const Horizon& horizon) { return OnWorkday(horizon.today - 40); }

void BadEmitter::WriteHistory(const Horizon& horizon, Account* account, Journal* journal) {
  const Day release = ReleaseDay(horizon);
  for (Day day = horizon.start() + 1; day <= horizon.today; ++day) {
    if (!IsWorkday(day) || !account->LivesAt(day)) continue;
    const Instant at = OfficeHour(&random_, day, *account->market);
    if (at + kHour > horizon.now) return;  // what is left of today is the trickle's
    if (day < release) {
      if (random_.Chance(160)) journal->RecordRaw(SendRight(account, at));
    } else {
      journal->RecordRaw(Send(account, at));
      if (random_.Chance(300)) journal->RecordRaw(Send(account, at + 40 * kMinute));
    }
  }
}

DemoRecord BadEmitter::Send(Account* account, Instant at) {
  return random_.Chance(500) ? SendRight(account, at) : SendWrong(account, at);
}

Event BadEmitter::Visit(Account* account, Instant at) {
  Event event = account->NewEvent(kWebshop, at);
  event.set_actor("webshop-4.2");
  event::v1::InteractionRecorded* body = event.mutable_interaction_recorded();
  body->set_channel(event::v1::CHANNEL_PORTAL);
  body->set_direction(event::v1::DIRECTION_INBOUND);
  body->set_department("sales");
  body->set_duration_seconds(static_cast<uint32_t>(random_.Between(20, 900)));
  body->set_subject(fmt::format("order {}", random_.Between(100'000, 999'999)));
  return event;
}

DemoRecord BadEmitter::SendRight(Account* account, Instant at) {
  Event event = Visit(account, at);
  DemoRecord record = RecordOf(event, at + random_.Between(200, 900) * kMillisecond);
  last_right_[account->number] = std::move(event);
  return record;
}

DemoRecord BadEmitter::SendWrong(Account* account, Instant at) {
  const auto mistake = static_cast<Mistake>(next_mistake_);
  next_mistake_ = (next_mistake_ + 1) % static_cast<size_t>(Mistake::kCount);
  Event event = Visit(account, at);
  const Instant recorded_at = at + random_.Between(200, 900) * kMillisecond;
  DemoRecord record = RecordOf(event, recorded_at);
  record.expected = log::v1::DISPOSITION_REJECTED;
  switch (mistake) {
    case Mistake::kJson:
      record.value =
          fmt::format(R"({{"event_id":"{}","source":"webshop","account_id":"{}"}})", event.event_id(), account->id);
      record.reason = log::v1::REJECT_REASON_UNDECODABLE;
      return record;
    case Mistake::kCutOff:
      record.value.resize(record.value.size() - 3);  // inside the body, which comes last
      record.reason = log::v1::REJECT_REASON_UNDECODABLE;
      return record;
    case Mistake::kEmpty:
      record.value.clear();
      record.reason = log::v1::REJECT_REASON_EMPTY;
      return record;
    case Mistake::kOtherMessage: {
      constexpr std::array<char, 7> kFrame = {0, 0, 0, 0, 41, 2, 2};  // schema 41, message 1
      record.value.insert(record.value.begin(), kFrame.begin(), kFrame.end());
      record.reason = log::v1::REJECT_REASON_FRAMING;
      return record;
    }
    case Mistake::kWrongKey:
      record.key = event.interaction_recorded().subject();
      record.reason = log::v1::REJECT_REASON_WRONG_KEY;
      return record;
    case Mistake::kNoInstant:
      event.clear_occurred_at();
      record.reason = log::v1::REJECT_REASON_MISSING_FIELD;
      break;
    case Mistake::kNoChannel:
      event.mutable_interaction_recorded()->clear_channel();
      record.reason = log::v1::REJECT_REASON_MISSING_FIELD;
      break;
    case Mistake::kMilliseconds:
      event.mutable_occurred_at()->set_seconds(at.value() / kMillisecond);
      record.reason = log::v1::REJECT_REASON_IMPOSSIBLE_INSTANT;
      break;
    case Mistake::kTomorrow:
      *event.mutable_occurred_at() = TimestampOf(at + 3 * kDay);
      record.reason = log::v1::REJECT_REASON_IMPOSSIBLE_INSTANT;
      break;
    case Mistake::kSentiment:
      event.mutable_interaction_recorded()->set_sentiment(850);
      record.reason = log::v1::REJECT_REASON_OUT_OF_BOUNDS;
      break;
    case Mistake::kCurrencyName:
    case Mistake::kNegative: {
      event::v1::CostIncurred* cost = event.mutable_cost_incurred();
      cost->set_kind(event::v1::COST_KIND_LOGISTICS);
      *cost->mutable_amount() = Cents("EUR", mistake == Mistake::kNegative ? -1450 : 1450);
      if (mistake == Mistake::kCurrencyName) cost->mutable_amount()->set_currency_code("Euro");
      record.reason = log::v1::REJECT_REASON_OUT_OF_BOUNDS;
      break;
    }
    case Mistake::kWrongTopic: {
      event::v1::ExchangeRatePublished* rate = event.mutable_exchange_rate_published();
      rate->set_base_currency("EUR");
      rate->set_quote_currency("USD");
      *rate->mutable_rate() = Whole(1);
      *rate->mutable_day() = DateProto(UtcDay(at));
      event.clear_account_id();
      record.reason = log::v1::REJECT_REASON_WRONG_TOPIC;
      break;
    }
    case Mistake::kConflict: {
      const auto right = last_right_.find(account->number);
      if (right == last_right_.end()) return SendRight(account, at);
      event.set_event_id(right->second.event_id());
      record.expected = log::v1::DISPOSITION_CONFLICT;
      break;
    }
    case Mistake::kCount:
      KONTOR_CHECK(false && "no mistake");
  }
  record.value = Bytes(event);
  return record;
}

}  // namespace kontor::demo
