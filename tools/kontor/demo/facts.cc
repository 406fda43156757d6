#include "tools/kontor/demo/facts.h"

#include <algorithm>
#include <array>
#include <string>

#include "engine/base/check.h"
#include "engine/base/money.h"

namespace kontor::demo {
namespace {

using event::v1::InteractionRecorded;
using event::v1::SurveyAnswered;

constexpr Nanos kNanosPerCent = kNanosPerUnit / 100;

// What a product costs on that day's price list of the account's market.
int64_t ListCents(const Product& product, const Account& account, Day day) {
  int64_t cents = Rounded(product.list_cents * account.market->price_permille, 1000);
  for (int32_t year = account.prices_of_year; year < DateOf(day).year; ++year) cents += Rounded(cents, 40);
  return cents;
}

// A mood (-100 to 100, or beyond) as a point of a scale, with what people differ in.
int32_t PointOf(Random* random, int64_t mood, int64_t low, int64_t high, int64_t reach) {
  const int64_t felt = std::clamp<int64_t>(mood, -100, 100) + 100;
  const int64_t point = low + Rounded(felt * (high - low), 200) + random->Around(0, reach);
  return static_cast<int32_t>(std::clamp(point, low, high));
}

}  // namespace

type::v1::Money Cents(std::string_view currency, int64_t cents) {
  return MoneyOf(Currency(currency), cents * kNanosPerCent);
}

type::v1::Decimal Whole(int64_t units) {
  type::v1::Decimal decimal;
  decimal.set_units(units);
  return decimal;
}

int64_t Rounded(int64_t numerator, int64_t denominator) {
  KONTOR_CHECK(numerator >= 0 && denominator > 0);
  return (2 * numerator + denominator) / (2 * denominator);
}

void Refer(type::v1::EntityRef* ref, std::string_view id, std::string_view name_space) {
  ref->set_id(std::string(id));
  if (!name_space.empty()) ref->set_namespace_(std::string(name_space));
}

void Basket::Append(const Basket& other) {
  lines.insert(lines.end(), other.lines.begin(), other.lines.end());
  net_cents += other.net_cents;
  list_cents += other.list_cents;
}

Basket DrawBasket(Random* random, const Account& account, ProductKind kind, Day day, int64_t target_cents) {
  const std::span<const Product> products = Products(kind);
  const std::string_view currency = account.market->currency;
  Basket basket;
  size_t index = 0;
  const int64_t lines_max = kind == ProductKind::kSubscription ? 3 : random->Between(1, 4);
  for (int64_t line_count = 0; line_count < lines_max && index < products.size(); ++line_count) {
    // The dearest that fits into half of what is left, or something cheaper; the cheapest always fits.
    const int64_t left = target_cents - basket.net_cents;
    while (index + 1 < products.size() && ListCents(products[index], account, day) * 2 > left) ++index;
    if (index + 1 < products.size() && random->Chance(350)) ++index;
    const Product& product = products[index++];

    const int64_t list = ListCents(product, account, day);
    const int64_t discount = std::clamp<int64_t>(random->Around(account.character.discount_permille, 40), 0, 450);
    const int64_t charged = Rounded(list * (1000 - discount), 1000);
    const bool last = line_count + 1 == lines_max || index == products.size();
    const int64_t share = last ? left : left * random->Between(400, 700) / 1000;
    const int64_t quantity = std::clamp<int64_t>(share / charged, basket.lines.empty() ? 1 : 0, 2000);
    if (quantity == 0) continue;

    type::v1::Line& line = basket.lines.emplace_back();
    line.set_product(std::string(product.id));
    line.set_description(std::string(product.description));
    *line.mutable_quantity() = Whole(quantity);
    *line.mutable_list_price() = Cents(currency, list);
    *line.mutable_charged_price() = Cents(currency, charged);
    *line.mutable_unit_cost() = Cents(currency, Rounded(list * product.cost_permille, 1000));
    basket.net_cents += quantity * charged;
    basket.list_cents += quantity * list;
  }
  return basket;
}

Basket Times(const Basket& basket, int64_t factor) {
  Basket product = basket;
  product.net_cents *= factor;
  product.list_cents *= factor;
  for (type::v1::Line& line : product.lines) line.mutable_quantity()->set_units(line.quantity().units() * factor);
  return product;
}

int64_t TaxCents(const Account& account, int64_t net_cents) {
  return Rounded(net_cents * account.market->tax_permille, 1000);
}

event::v1::InvoiceIssued InvoiceOf(const Account& account, std::string_view invoice, const Basket& basket, Day issued) {
  const std::string_view currency = account.market->currency;
  const int64_t tax = TaxCents(account, basket.net_cents);
  event::v1::InvoiceIssued body;
  Refer(body.mutable_invoice(), invoice);
  *body.mutable_net() = Cents(currency, basket.net_cents);
  *body.mutable_tax() = Cents(currency, tax);
  *body.mutable_gross() = Cents(currency, basket.net_cents + tax);
  *body.mutable_due() = DateProto(issued + static_cast<int32_t>(account.character.terms_days));
  for (const type::v1::Line& line : basket.lines) *body.add_lines() = line;
  return body;
}

event::v1::PaymentReceived PaymentOf(const Account& account, std::string_view payment, int64_t cents,
                                     const std::vector<Share>& shares) {
  const std::string_view currency = account.market->currency;
  event::v1::PaymentReceived body;
  Refer(body.mutable_payment(), payment);
  *body.mutable_amount() = Cents(currency, cents);
  for (const Share& share : shares) {
    type::v1::Allocation* allocation = body.add_allocations();
    Refer(allocation->mutable_invoice(), share.invoice, account.market->erp);
    *allocation->mutable_amount() = Cents(currency, share.cents);
  }
  body.set_method("transfer");
  return body;
}

InteractionRecorded Conversation(Random* random, const Account& account, Day day, int64_t mood) {
  constexpr std::array<event::v1::Channel, 7> kChannels = {
      event::v1::CHANNEL_EMAIL, event::v1::CHANNEL_CALL, event::v1::CHANNEL_VIDEO, event::v1::CHANNEL_MEETING,
      event::v1::CHANNEL_VISIT, event::v1::CHANNEL_CHAT, event::v1::CHANNEL_EVENT};
  constexpr std::array<int64_t, 7> kChannelWeights = {360, 280, 140, 80, 70, 60, 10};
  constexpr std::array<std::string_view, 3> kDepartments = {"sales", "service", "usage"};
  constexpr std::array<int64_t, 3> kDepartmentWeights = {560, 330, 110};

  InteractionRecorded body;
  const event::v1::Channel channel = kChannels[random->Weighted(kChannelWeights)];
  const std::string_view department = kDepartments[random->Weighted(kDepartmentWeights)];
  body.set_channel(channel);
  body.set_direction(random->Chance(420) ? event::v1::DIRECTION_INBOUND : event::v1::DIRECTION_OUTBOUND);
  body.set_department(std::string(department));

  std::vector<const Contact*> there = account.ContactsAt(day);
  const bool gathering = channel == event::v1::CHANNEL_MEETING || channel == event::v1::CHANNEL_VISIT;
  const int64_t wanted = gathering ? random->Between(1, 4) : random->Between(1, 8) / 8 + 1;
  for (int64_t count = 0; count < wanted && !there.empty(); ++count) {
    // The first contacts are the ones that one talks to most.
    const uint64_t index = std::min(random->Below(there.size()), random->Below(there.size()));
    Refer(body.add_participants(), there[index]->id);
    there.erase(there.begin() + static_cast<std::ptrdiff_t>(index));
  }
  if (channel == event::v1::CHANNEL_CALL) {
    body.set_duration_seconds(static_cast<uint32_t>(random->Between(90, 2400)));
  } else if (channel == event::v1::CHANNEL_VIDEO || gathering) {
    body.set_duration_seconds(static_cast<uint32_t>(900 * random->Between(2, 10)));
  }
  if (random->Chance(450)) body.set_sentiment(PointOf(random, mood, -100, 100, 60));
  body.set_subject(std::string(random->Pick(department == "sales" ? SalesSubjects() : ServiceSubjects())));
  return body;
}

SurveyAnswered NpsAnswer(Random* random, int64_t mood) {
  SurveyAnswered body;
  body.set_kind(event::v1::SURVEY_KIND_NPS);
  body.set_answer(PointOf(random, mood, 0, 10, 4));
  return body;
}

SurveyAnswered CsatAnswer(Random* random, int64_t mood, bool seven_points) {
  SurveyAnswered body;
  body.set_kind(event::v1::SURVEY_KIND_CSAT);
  body.set_scale_min(1);
  body.set_scale_max(seven_points ? 7 : 5);
  body.set_answer(PointOf(random, mood, 1, body.scale_max(), 2));
  return body;
}

SurveyAnswered CesAnswer(Random* random, int64_t mood, bool low_is_easy) {
  SurveyAnswered body;
  body.set_kind(event::v1::SURVEY_KIND_CES);
  if (low_is_easy) {
    body.set_scale_min(1);
    body.set_scale_max(5);
    body.set_easy_end(event::v1::EASY_END_LOW);
    body.set_answer(6 - PointOf(random, mood, 1, 5, 2));
  } else {
    body.set_answer(PointOf(random, mood, 1, 7, 3));
  }
  return body;
}

event::v1::IssueRaised Issue(Random* random, std::string_view issue) {
  constexpr std::array<int64_t, 4> kWeights = {300, 480, 180, 40};
  event::v1::IssueRaised body;
  Refer(body.mutable_issue(), issue);
  body.set_severity(static_cast<event::v1::Severity>(event::v1::SEVERITY_LOW + random->Weighted(kWeights)));
  body.set_department(random->Chance(850) ? "service" : "usage");
  body.set_subject(std::string(random->Pick(IssueSubjects())));
  return body;
}

event::v1::CommitmentMade Promise(Random* random, std::string_view promise, Day due) {
  constexpr std::array<std::string_view, 3> kDepartments = {"sales", "service", "usage"};
  event::v1::CommitmentMade body;
  Refer(body.mutable_commitment(), promise);
  *body.mutable_due() = DateProto(due);
  body.set_department(std::string(random->Pick(kDepartments)));
  body.set_subject(std::string(random->Pick(PromiseSubjects())));
  return body;
}

std::optional<std::string> SomeContact(Random* random, const Account& account, Day day) {
  const std::vector<const Contact*> there = account.ContactsAt(day);
  if (there.empty()) return std::nullopt;
  return there[random->Below(there.size())]->id;
}

}  // namespace kontor::demo
