// Given events, when an account is read at an instant, then its views say: what the tests of figures share.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event/decoder.h"
#include "engine/event/json.h"
#include "projections/account/map_rows.h"
#include "projections/account/voids.h"
#include "projections/growth/growth_projection.h"
#include "projections/growth/growth_view.h"
#include "projections/reading/profile.h"
#include "projections/satisfaction/satisfaction_projection.h"
#include "projections/satisfaction/satisfaction_view.h"
#include "projections/value/value_projection.h"
#include "projections/value/value_view.h"
#include "tests/views/map_source.h"

namespace kontor {

class ViewFixture : public ::testing::Test {
 protected:
  // An event of account "acme" (its id counted up), as "2026-03-01" or a longer instant, and the body as JSON.
  void Given(std::string_view occurred_at, const std::string& body) { Given("acme", occurred_at, body); }
  void Given(const std::string& account, std::string_view occurred_at, const std::string& body) {
    event::v1::Event& event = events_.emplace_back();
    const Status status = EventFromJson("{" + body + "}", &event);
    ASSERT_TRUE(status.ok()) << status << " in " << body;
    event.set_event_id("e" + std::to_string(events_.size()));
    event.set_source("erp");
    if (!account.empty()) event.set_account_id(account);
    *event.mutable_occurred_at() = TimestampOf(*ParseInstant(occurred_at));
    MapRows& rows = account.empty() ? reference_rows_ : rows_;
    FoldAccepted(
        fold_, event,
        [this](const Identity& identity) -> const event::v1::Event* {
          for (const event::v1::Event& known : events_) {
            if (IdentityOf(known) == identity) return &known;
          }
          return nullptr;
        },
        &rows);
  }

  // Reads "acme" (and what is given with it, as merged) at an instant.
  void When(std::string_view at, std::vector<std::string> merged = {}) {
    const Instant t = *ParseInstant(at);
    reference_ = std::make_unique<ReferenceState>();
    for (const auto& [key, row] : reference_rows_.rows()) {
      const auto parsed = ParseRowKey(key);
      if (parsed->entity) reference_->Add(*parsed->entity, std::get<EntityRow>(row));
    }
    const MapSource source(&rows_);
    std::vector<AccountPart> parts;
    merged.insert(merged.begin(), "acme");
    for (const std::string& id : merged) {
      AccountPart part{AccountId(id), &source, {}};
      for (const event::v1::Event& event : events_) {
        const Instant event_at = *InstantOf(event.occurred_at());
        const bool later = event_at > t && zone_.LocalDay(event_at) == zone_.LocalDay(t);
        if (later && event.account_id() == id) part.later.push_back({&event, true});
      }
      parts.push_back(std::move(part));
    }
    Result<AccountState> state = ReadAccountState(fold_, parts);
    ASSERT_TRUE(state.ok()) << state.status();
    const Day asked = zone_.LocalDay(t);
    converter_ = std::make_unique<Converter>(reference_.get(), Currency("EUR"), t, asked);
    const Result<SummedAccount> account = Sum(*std::move(state), converter_.get());
    ASSERT_TRUE(account.ok()) << account.status();
    components_ = account->sums.components;
    profile_.Clear();
    findings_.Clear();
    value_.Clear();
    growth_.Clear();
    satisfaction_.Clear();
    rates_.Clear();
    RenderProfile(*account, t, &profile_);
    const Merges merges = reference_->MergesAt(t);
    RenderFindings(*account, merges, &findings_);
    const auto heads_of = [&](const AccountId& above) -> Result<std::vector<EntityRow>> {
      std::vector<EntityRow> heads;
      for (const AccountId& member : merges.MembersOf(above)) heads.push_back(*ReadHead(source, member));
      return heads;
    };
    const auto ring = RingClosedBy(account->state, merges, t, heads_of);
    ASSERT_TRUE(ring.ok()) << ring.status();
    if (*ring) RenderParentRing(**ring, &profile_, &findings_);
    RenderValue(components_, asked, Currency("EUR"), &value_);
    RenderMonths(components_, Currency("EUR"), &value_);
    RenderBreakEven(account->sums, &value_);
    RenderWaiting(account->sums, &value_);
    RenderGrowth(components_, asked, Currency("EUR"), &growth_);
    RenderMonths(components_, Currency("EUR"), &growth_);
    RenderCoverage(*account, t, converter_.get(), &growth_);
    RenderSatisfaction(components_, asked, reference_->ParametersAt(t).sentiment_half_life_days, &satisfaction_);
    RenderMonths(components_, &satisfaction_);
    RenderContacts(account->sums, asked, &satisfaction_);
    rates_total_ = RenderRates(account->sums, converter_.get(), /*most=*/2, &rates_);
  }

  // "119.5 EUR" as its JSON.
  static std::string Money(const std::string& decimal, const std::string& currency = "EUR") {
    const type::v1::Money money = MoneyOf(Currency(currency), *ParseDecimal(decimal));
    return fmt::format(R"({{"currency_code":"{}","units":{},"nanos":{}}})", currency, money.units(), money.nanos());
  }
  static std::string Date(std::string_view day) {
    const CivilDate date = DateOf(*ParseDay(day));
    return fmt::format(R"({{"year":{},"month":{},"day":{}}})", date.year, date.month, date.day);
  }
  void Invoice(std::string_view at, const std::string& id, const std::string& gross, const std::string& due = "",
               const std::string& currency = "EUR", const std::string& account = "acme") {
    Given(account, at,
          fmt::format(R"("invoice_issued":{{"invoice":{{"id":"{}"}},"net":{},"gross":{}{}}})", id,
                      Money(gross, currency), Money(gross, currency), due.empty() ? "" : R"(,"due":)" + Date(due)));
  }
  void Payment(std::string_view at, const std::string& id, const std::string& amount, const std::string& invoice = "",
               const std::string& currency = "EUR", const std::string& account = "acme") {
    const std::string allocations = invoice.empty()
                                        ? ""
                                        : fmt::format(R"(,"allocations":[{{"invoice":{{"id":"{}"}},"amount":{}}}])",
                                                      invoice, Money(amount, currency));
    Given(account, at,
          fmt::format(R"("payment_received":{{"payment":{{"id":"{}"}},"amount":{}{}}})", id, Money(amount, currency),
                      allocations));
  }
  void Won(std::string_view opened, std::string_view won, const std::string& id, const std::string& amount) {
    Given(opened, fmt::format(R"("deal_opened":{{"deal":{{"id":"{}"}},"amount":{}}})", id, Money(amount)));
    Given(won, fmt::format(R"("deal_won":{{"deal":{{"id":"{}"}},"amount":{}}})", id, Money(amount)));
  }
  void Rate(std::string_view at, const std::string& base, const std::string& quote, int64_t units, int64_t nanos,
            std::string_view day) {
    Given("", at,
          fmt::format(R"("exchange_rate_published":{{"base_currency":"{}","quote_currency":"{}",)"
                      R"("rate":{{"units":{},"nanos":{}}},"day":{}}})",
                      base, quote, units, nanos, Date(day)));
  }

  // The reporting total as decimal text; "unknown" where it is not known.
  static std::string Total(const view::v1::Amount& amount) {
    return amount.has_reporting() ? DecimalText(NanosOf(amount.reporting())) : "unknown";
  }
  static std::string Text(const view::v1::Ratio& ratio) {
    return ratio.has_value() ? fmt::format("{:.6g} (n {})", ratio.value(), ratio.n())
                             : fmt::format("unknown (n {})", ratio.n());
  }
  std::vector<std::string> Codes() const {
    std::vector<std::string> codes;
    for (const view::v1::Finding& finding : findings_) codes.push_back(finding.code());
    return codes;
  }

  Zone zone_ = Zone::Utc();
  ValueProjection value_projection_;
  GrowthProjection growth_projection_;
  SatisfactionProjection satisfaction_projection_;
  AccountFold fold_{zone_, {&value_projection_, &growth_projection_, &satisfaction_projection_}};
  std::deque<event::v1::Event> events_;
  MapRows rows_;
  MapRows reference_rows_;
  std::unique_ptr<ReferenceState> reference_;
  std::unique_ptr<Converter> converter_;
  Components components_;
  view::v1::AccountProfile profile_;
  google::protobuf::RepeatedPtrField<view::v1::Finding> findings_;
  view::v1::ValueView value_;
  view::v1::GrowthView growth_;
  view::v1::SatisfactionView satisfaction_;
  google::protobuf::RepeatedPtrField<view::v1::UsedRate> rates_;
  size_t rates_total_ = 0;
};

}  // namespace kontor
