#include "tests/bench/workload.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/base/civil.h"

namespace kontor::bench {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kDay = 86'400 * kSecond;
constexpr int64_t kBegin = 19'723 * kDay;  // 2024-01-01
constexpr int64_t kSpan = 730 * kDay;
constexpr int64_t kLateMax = 45 * kDay;
constexpr double kSkew = 0.86;

constexpr size_t kAgain = 65'536;   // records that may be sent again, near and far
constexpr uint64_t kFarStep = 64;   // one in so many is kept for far: kAgain x kFarStep is four million
constexpr uint64_t kFirst = 1'000;  // events before the first duplicate

constexpr std::array<const char*, 3> kCurrency = {"EUR", "USD", "GBP"};
constexpr std::array<const char*, 5> kDepartment = {"sales", "service", "delivery", "finance", "support"};
constexpr std::array<const char*, 4> kMoneyName = {"booked", "invoiced_net", "collected", "cost_to_serve"};

void SetMoney(type::v1::Money* money, uint8_t currency, int64_t cents) {
  money->set_currency_code(kCurrency[currency]);
  money->set_units(cents / 100);
  money->set_nanos(static_cast<int32_t>(cents % 100) * 10'000'000);
}

void SetDate(type::v1::Date* date, int64_t at, int days) {
  const CivilDate civil = DateOf(Day(static_cast<int32_t>(at / kDay) + days));
  date->set_year(civil.year);
  date->set_month(civil.month);
  date->set_day(civil.day);
}

// "D-0001234567"
void SetId(type::v1::EntityRef* entity, char prefix, uint64_t number) {
  std::string& id = *entity->mutable_id();
  id.assign("--0000000000");
  id[0] = prefix;
  for (size_t i = id.size(); number > 0; number /= 10) id[--i] = static_cast<char>('0' + number % 10);
}

// A random UUID.
void SetUuid(std::string* text, uint64_t high, uint64_t low) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  text->resize(36);
  for (size_t i = 0, digit = 0; i < text->size(); ++i) {
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      (*text)[i] = '-';
      continue;
    }
    (*text)[i] = kDigits[(digit < 16 ? high >> (4 * digit) : low >> (4 * (digit - 16))) & 15];
    ++digit;
  }
  (*text)[14] = '4';
}

}  // namespace

uint64_t Draws::Next() {
  uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

uint64_t AccountPrint(std::string_view account) {
  uint64_t hash = 0;
  for (const char c : account) hash = Draws(hash ^ static_cast<uint8_t>(c)).Next();
  return hash;
}

std::string SumsJson(const Sums& sums) {
  std::string json;
  for (const auto& [name, sum] : sums) json += fmt::format("{}\"{}\":{}", json.empty() ? "" : ",", name, sum);
  return "{" + json + "}";
}

std::string PrintsJson(const Prints& prints) {
  std::string json;
  for (const auto& [name, print] : prints) {
    json += fmt::format("{}\"{}\":\"{:016x}\"", json.empty() ? "" : ",", name, print);
  }
  return "{" + json + "}";
}

std::string AccountName(uint64_t rank, uint64_t accounts) {
  // Busy accounts lie spread over the key space. The factor is a prime above any number of accounts, so names differ.
  return fmt::format("acct-{:08}", rank * 2'654'435'761 % accounts);
}

ZipfRanks::ZipfRanks(uint64_t accounts)
    : accounts_(accounts), top_(std::pow(static_cast<double>(accounts + 1), 1 - kSkew) - 1) {}

uint64_t ZipfRanks::Draw(Draws* draws) const {
  const double rank = std::pow(top_ * draws->Unit() + 1, 1 / (1 - kSkew)) - 1;
  return std::min(accounts_ - 1, static_cast<uint64_t>(rank));
}

Workload::Workload(uint64_t seed, uint64_t events, uint64_t accounts)
    : draws_(seed),
      accounts_(accounts),
      ranks_(accounts),
      step_nanos_(kSpan / static_cast<int64_t>(std::max<uint64_t>(events, 1))),
      now_(kBegin),
      state_(accounts),
      pool_(1),
      near_(kAgain),
      far_(kAgain) {}

const Workload::Record& Workload::Next() {
  now_ += step_nanos_;
  const Record* record = &record_;
  if (accepted_ > kFirst && draws_.Below(100) == 0) {
    const bool far = draws_.Below(5) == 0 && accepted_ > kAgain;
    const uint64_t kept = std::min<uint64_t>(kAgain, far ? accepted_ / kFarStep : accepted_);
    record = &(far ? far_ : near_)[draws_.Below(kept)];
    ++totals_.duplicates;
  } else {
    MakeEvent();
    near_[accepted_ % kAgain] = record_;
    if (accepted_ % kFarStep == 0) far_[accepted_ / kFarStep % kAgain] = record_;
    ++accepted_;
  }
  ++totals_.records;
  totals_.key_bytes += record->key.size();
  totals_.value_bytes += record->value.size();
  return *record;
}

std::vector<Workload::Record> Workload::Rates() {
  constexpr std::array<int64_t, kCurrencies> kCents = {100, 92, 117};
  std::vector<Record> records;
  for (size_t currency = 1; currency < kCurrencies; ++currency) {
    // From before the first late record on.
    for (int64_t at = kBegin - kLateMax - 7 * kDay; at < kBegin + kSpan + kSpanMoreNanos; at += 7 * kDay) {
      event::v1::Event event;
      event.set_source("treasury");
      event.set_event_id(fmt::format("{}-{}", kCurrency[currency], at / kDay));
      event.mutable_occurred_at()->set_seconds(at / kSecond);
      auto* body = event.mutable_exchange_rate_published();
      body->set_base_currency(kCurrency[currency]);
      body->set_quote_currency(kCurrency[0]);
      body->mutable_rate()->set_units(kCents[currency] / 100);
      // It moves by up to two cents, as the weeks go.
      body->mutable_rate()->set_nanos(
          static_cast<int32_t>(kCents[currency] % 100 * 10'000'000 + at / kDay % 97 * 200'000));
      SetDate(body->mutable_day(), at, 0);
      event.SerializeToString(&records.emplace_back().value);
    }
  }
  return records;
}

void Workload::MakeEvent() {
  rank_ = ranks_.Draw(&draws_);
  name_ = AccountName(rank_, accounts_);
  print_ = AccountPrint(name_);
  at_ = now_ - static_cast<int64_t>(draws_.Below(5'000)) * 1'000'000;
  if (draws_.Below(50) == 0) {
    at_ -= 3'600 * kSecond + static_cast<int64_t>(draws_.Below(kLateMax));
    ++totals_.late;
  }
  at_ -= at_ % 1'000'000;
  Account* const account = &state_[rank_];
  const uint64_t kind = draws_.Below(100);
  const event::v1::Event& event = kind < 40   ? Interaction()
                                  : kind < 46 ? Survey()
                                  : kind < 58 ? Commitment(account)
                                  : kind < 70 ? Deal(account)
                                  : kind < 93 ? InvoiceOrPayment(account)
                                              : Cost();
  record_.key = name_;
  event.SerializeToString(&record_.value);
}

event::v1::Event& Workload::Begin(Kind kind, const char* source) {
  ++kinds_[kind];
  event::v1::Event& event = events_[kind];
  SetUuid(event.mutable_event_id(), draws_.Next(), draws_.Next());
  event.set_source(source);
  event.set_account_id(name_);
  event.mutable_occurred_at()->set_seconds(at_ / kSecond);
  event.mutable_occurred_at()->set_nanos(static_cast<int32_t>(at_ % kSecond));
  std::string& actor = *event.mutable_actor();
  actor.assign("user000@firm.eu");
  uint64_t user = draws_.Below(400);
  for (size_t i = 6; user > 0; user /= 10) actor[i--] = static_cast<char>('0' + user % 10);
  return event;
}

const event::v1::Event& Workload::Interaction() {
  event::v1::Event& event = Begin(kInteraction, draws_.Below(3) == 0 ? "helpdesk" : "crm");
  auto* body = event.mutable_interaction_recorded();
  body->set_channel(static_cast<event::v1::Channel>(1 + draws_.Below(6)));
  body->set_direction(static_cast<event::v1::Direction>(1 + draws_.Below(2)));
  body->set_department(kDepartment[draws_.Below(kDepartment.size())]);
  body->set_duration_seconds(static_cast<uint32_t>(30 + draws_.Below(5'400)));
  body->set_sentiment(static_cast<int32_t>(draws_.Below(201)) - 100);
  sentiment_ += body->sentiment();
  return event;
}

const event::v1::Event& Workload::Survey() {
  event::v1::Event& event = Begin(kSurvey, "helpdesk");
  auto* body = event.mutable_survey_answered();
  body->set_kind(event::v1::SURVEY_KIND_NPS);
  body->set_answer(static_cast<int32_t>(draws_.Below(nps_.size())));
  SetId(body->mutable_survey(), 'S', accepted_ / 10'000 + 1);
  ++nps_[static_cast<size_t>(body->answer())];
  return event;
}

// Five of six are kept, some in time and some late; of the others we say that we break them.
const event::v1::Event& Workload::Commitment(Account* account) {
  if (const Open* open = Ripe(account->commitments)) {
    const uint64_t number = open->number;
    Pop(&account->commitments);
    if (draws_.Below(6) > 0) {
      event::v1::Event& event = Begin(kKept, "crm");
      SetId(event.mutable_commitment_kept()->mutable_commitment(), 'C', number);
      return event;
    }
    event::v1::Event& event = Begin(kBroken, "crm");
    SetId(event.mutable_commitment_broken()->mutable_commitment(), 'C', number);
    event.mutable_commitment_broken()->set_reason("no capacity");
    return event;
  }
  Push(&account->commitments, 1 + draws_.Below(35), 0, 0);
  event::v1::Event& event = Begin(kMade, "crm");
  auto* body = event.mutable_commitment_made();
  SetId(body->mutable_commitment(), 'C', accepted_ + 1);
  SetDate(body->mutable_due(), at_, 1 + static_cast<int>(draws_.Below(30)));
  body->set_department(kDepartment[draws_.Below(kDepartment.size())]);
  return event;
}

const event::v1::Event& Workload::Deal(Account* account) {
  if (const Open* open = Ripe(account->deals)) {
    const Open deal = *open;
    Pop(&account->deals);
    if (draws_.Below(5) < 3) {
      event::v1::Event& event = Begin(kWon, "crm");
      SetId(event.mutable_deal_won()->mutable_deal(), 'D', deal.number);
      SetMoney(event.mutable_deal_won()->mutable_amount(), deal.currency, deal.cents);
      Add(kBooked, deal.currency, deal.cents);
      return event;
    }
    event::v1::Event& event = Begin(kLost, "crm");
    SetId(event.mutable_deal_lost()->mutable_deal(), 'D', deal.number);
    event.mutable_deal_lost()->set_reason("price above the competing offer");
    return event;
  }
  if (account->deals.first != 0 && draws_.Below(4) == 0) {
    Open& deal = pool_[account->deals.last];
    deal.cents = DrawCents();
    event::v1::Event& event = Begin(kChanged, "crm");
    SetId(event.mutable_deal_changed()->mutable_deal(), 'D', deal.number);
    SetMoney(event.mutable_deal_changed()->mutable_amount(), deal.currency, deal.cents);
    event.mutable_deal_changed()->set_stage("negotiation");
    return event;
  }
  Push(&account->deals, 14 + draws_.Below(60), DrawCents(), DrawCurrency());
  const Open& deal = pool_[account->deals.last];
  event::v1::Event& event = Begin(kOpened, "crm");
  auto* body = event.mutable_deal_opened();
  SetId(body->mutable_deal(), 'D', deal.number);
  body->set_kind(static_cast<event::v1::DealKind>(1 + draws_.Below(6)));
  SetMoney(body->mutable_amount(), deal.currency, deal.cents);
  return event;
}

const event::v1::Event& Workload::InvoiceOrPayment(Account* account) {
  if (const Open* open = Ripe(account->invoices)) {
    const Open invoice = *open;
    Pop(&account->invoices);
    event::v1::Event& event = Begin(kPaid, "billing");
    auto* body = event.mutable_payment_received();
    SetId(body->mutable_payment(), 'P', accepted_ + 1);
    SetMoney(body->mutable_amount(), invoice.currency, invoice.cents);
    type::v1::Allocation* allocation =
        body->allocations_size() == 0 ? body->add_allocations() : body->mutable_allocations(0);
    SetId(allocation->mutable_invoice(), 'I', invoice.number);
    SetMoney(allocation->mutable_amount(), invoice.currency, invoice.cents);
    Add(kCollected, invoice.currency, invoice.cents);
    return event;
  }
  const int64_t net = DrawCents();
  const int64_t gross = net + net / 5;
  Push(&account->invoices, 7 + draws_.Below(42), gross, DrawCurrency());
  const Open& invoice = pool_[account->invoices.last];
  event::v1::Event& event = Begin(kIssued, "billing");
  auto* body = event.mutable_invoice_issued();
  SetId(body->mutable_invoice(), 'I', invoice.number);
  SetMoney(body->mutable_net(), invoice.currency, net);
  SetMoney(body->mutable_gross(), invoice.currency, gross);
  SetDate(body->mutable_due(), at_, 30);
  Add(kInvoicedNet, invoice.currency, net);
  return event;
}

const event::v1::Event& Workload::Cost() {
  event::v1::Event& event = Begin(kCost, "erp-east");
  auto* body = event.mutable_cost_incurred();
  const uint8_t currency = DrawCurrency();
  const int64_t cents = DrawCents() / 20;
  body->set_kind(static_cast<event::v1::CostKind>(1 + draws_.Below(4)));
  SetMoney(body->mutable_amount(), currency, cents);
  body->set_note("staff time and travel");
  Add(kCostToServe, currency, cents);
  return event;
}

const Workload::Open* Workload::Ripe(const Queue& queue) const {
  if (queue.first == 0) return nullptr;
  const Open& oldest = pool_[queue.first];
  return oldest.ripe_at <= now_ ? &oldest : nullptr;
}

void Workload::Push(Queue* queue, uint64_t days, int64_t cents, uint8_t currency) {
  uint32_t place = free_;
  if (place != 0) {
    free_ = pool_[place].next;
  } else {
    place = static_cast<uint32_t>(pool_.size());
    pool_.emplace_back();
  }
  pool_[place] = {0, now_ + static_cast<int64_t>(days) * kDay, accepted_ + 1, cents, currency};
  if (queue->first == 0) {
    queue->first = place;
  } else {
    pool_[queue->last].next = place;
  }
  queue->last = place;
}

void Workload::Pop(Queue* queue) {
  const uint32_t place = queue->first;
  queue->first = pool_[place].next;
  pool_[place].next = free_;
  free_ = place;
}

void Workload::Add(MoneySum sum, uint8_t currency, int64_t cents) {
  money_[sum][currency] += cents;
  prints_[sum][currency] += print_ * static_cast<uint64_t>(cents);
}

uint8_t Workload::DrawCurrency() { return rank_ % 7 == 0 ? static_cast<uint8_t>(draws_.Below(kCurrencies)) : 0; }

Totals Workload::totals() const {
  Totals totals = totals_;
  for (size_t sum = 0; sum < kMoneySums; ++sum) {
    for (size_t currency = 0; currency < kCurrencies; ++currency) {
      const std::string name = fmt::format("{}.{}", kMoneyName[sum], kCurrency[currency]);
      totals.sums[name] = money_[sum][currency];
      totals.prints[name] = prints_[sum][currency];
    }
  }
  for (size_t answer = 0; answer < nps_.size(); ++answer) totals.sums[fmt::format("nps.{}", answer)] = nps_[answer];
  totals.accepted = accepted_;
  totals.sums["interactions"] = kinds_[kInteraction];
  totals.sums["sentiment"] = sentiment_;
  totals.sums["commitments_made"] = kinds_[kMade];
  totals.sums["commitments_kept"] = kinds_[kKept];
  totals.sums["commitments_broken"] = kinds_[kBroken];
  totals.sums["deals_opened"] = kinds_[kOpened];
  totals.sums["deals_won"] = kinds_[kWon];
  totals.sums["deals_lost"] = kinds_[kLost];
  totals.sums["invoices"] = kinds_[kIssued];
  totals.sums["payments"] = kinds_[kPaid];
  return totals;
}

}  // namespace kontor::bench
