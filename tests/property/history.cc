#include "tests/property/history.h"

#include <algorithm>
#include <utility>

#include "engine/base/civil.h"
#include "engine/base/money.h"

namespace kontor {
namespace {

using event::v1::Event;

constexpr int64_t kNanosPerHour = 3'600'000'000'000;

class Writer {
 public:
  Writer(uint64_t seed, const HistoryOptions& options) : random_(seed), options_(options) {}

  std::vector<Event> Write() {
    std::vector<Event> events;
    for (int i = 0; i < options_.events; ++i) {
      Event event;
      event.set_event_id("e" + std::to_string(i));
      event.set_source(Below(4) == 0 ? "erp" : "crm");
      event.set_account_id("acme");
      // Whole hours, so that instants and days meet.
      *event.mutable_occurred_at() = TimestampOf(Instant((FirstHour() + Below(options_.days * 24)) * kNanosPerHour));
      if (Below(4) == 0) {
        event.set_capture(event::v1::CAPTURE_TYPED);
        event.set_actor("kim");
      }
      if (options_.voids && Below(8) == 0) {
        event.mutable_event_voided()->set_target_source(Below(4) == 0 ? "erp" : "crm");
        event.mutable_event_voided()->set_target_event_id("e" + std::to_string(Below(options_.events + 3)));
      } else {
        FillBody(&event);
      }
      events.push_back(std::move(event));
    }
    return events;
  }

 private:
  static int64_t FirstHour() { return DayOf({2023, 1, 1})->value() * int64_t{24}; }
  int64_t Below(int64_t bound) { return static_cast<int64_t>(random_() % static_cast<uint64_t>(bound)); }

  type::v1::Money Money(int64_t most = 1'000) {
    return MoneyOf(Currency(Below(4) == 0 ? "USD" : "EUR"), Below(most) * kNanosPerUnit + Below(3) * 250'000'000);
  }
  type::v1::Date Date() { return DateProto(*DayOf({2023, 1, 1}) + static_cast<int32_t>(Below(options_.days + 60))); }
  void Ref(const char* kind, type::v1::EntityRef* ref) {
    ref->set_id(kind + std::to_string(Below(options_.entities)));
    if (Below(3) == 0) ref->set_namespace_(Below(2) == 0 ? "erp" : "crm");
  }

  template <typename Payment>
  void Allocate(Payment* payment) {
    int64_t left = payment->amount().units();
    for (int64_t i = Below(3); i > 0 && left > 0; --i) {
      type::v1::Allocation* allocation = payment->add_allocations();
      Ref("i", allocation->mutable_invoice());
      const int64_t units = Below(left) + 1;
      *allocation->mutable_amount() = MoneyOf(CurrencyOf(payment->amount()), static_cast<Nanos>(units) * kNanosPerUnit);
      left -= units;
    }
  }

  template <typename Document>
  void Amounts(Document* document) {
    const type::v1::Money net = Money();
    *document->mutable_net() = net;
    *document->mutable_gross() = MoneyOf(CurrencyOf(net), NanosOf(net) * 119 / 100);
  }

  void FillBody(Event* event) {
    switch (Below(22)) {
      case 0:
        if (Below(3) == 0) {
          event->mutable_account_closed();
        } else {
          event->mutable_account_opened()->mutable_fields()->set_name("Acme " + std::to_string(Below(3)));
        }
        break;
      case 1:
        event->mutable_account_changed()->mutable_fields()->set_manager("m" + std::to_string(Below(3)));
        break;
      case 2: {
        auto* body = event->mutable_interaction_recorded();
        body->set_channel(event::v1::CHANNEL_CALL);
        body->set_sentiment(static_cast<int32_t>(Below(201)) - 100);
        body->set_department(Below(2) == 0 ? "sales" : "service");
        Ref("c", body->add_participants());
        break;
      }
      case 3: {
        auto* body = event->mutable_survey_answered();
        body->set_kind(static_cast<event::v1::SurveyKind>(1 + Below(3)));
        if (body->kind() == event::v1::SURVEY_KIND_CSAT) {
          body->set_scale_min(1);
          body->set_scale_max(5);
        }
        body->set_answer(1 + static_cast<int32_t>(Below(5)));
        break;
      }
      case 4: {
        auto* body = event->mutable_cost_incurred();
        body->set_kind(static_cast<event::v1::CostKind>(1 + Below(4)));
        *body->mutable_amount() = Money(50);
        break;
      }
      case 5:
        Ref("p", event->mutable_commitment_made()->mutable_commitment());
        *event->mutable_commitment_made()->mutable_due() = Date();
        break;
      case 6:
        Ref("p", event->mutable_commitment_redated()->mutable_commitment());
        *event->mutable_commitment_redated()->mutable_due() = Date();
        break;
      case 7:
        Ref("p", event->mutable_commitment_kept()->mutable_commitment());
        break;
      case 8:
        if (Below(2) == 0) {
          Ref("p", event->mutable_commitment_broken()->mutable_commitment());
        } else {
          Ref("p", event->mutable_commitment_withdrawn()->mutable_commitment());
        }
        break;
      case 9:
        Ref("q", event->mutable_issue_raised()->mutable_issue());
        break;
      case 10:
        Ref("q", event->mutable_issue_resolved()->mutable_issue());
        break;
      case 11: {
        auto* body = event->mutable_deal_opened();
        Ref("d", body->mutable_deal());
        if (Below(3) != 0) *body->mutable_amount() = Money();
        if (Below(3) != 0) *body->mutable_expected_close() = Date();
        if (Below(4) == 0) Ref("d", body->mutable_renews());
        break;
      }
      case 12: {
        auto* body = event->mutable_deal_changed();
        Ref("d", body->mutable_deal());
        if (Below(2) == 0) *body->mutable_amount() = Money();
        if (Below(2) == 0) *body->mutable_expected_close() = Date();
        break;
      }
      case 13:
      case 14: {
        auto* body = event->mutable_deal_won();
        Ref("d", body->mutable_deal());
        *body->mutable_amount() = Money();
        if (Below(2) == 0) {
          *body->mutable_recurring_amount() = MoneyOf(CurrencyOf(body->amount()), Below(100) * kNanosPerUnit);
          *body->mutable_first_day() = Date();
          body->set_term_months(1 + static_cast<uint32_t>(Below(14)));
          body->set_auto_renewal(Below(2) == 0);
        }
        if (Below(3) == 0) Ref("d", body->mutable_renews());
        break;
      }
      case 15:
        Ref("d", event->mutable_deal_lost()->mutable_deal());
        break;
      case 16:
      case 17: {
        auto* body = event->mutable_invoice_issued();
        Ref("i", body->mutable_invoice());
        Amounts(body);
        if (Below(3) != 0) *body->mutable_due() = Date();
        auto* line = body->add_lines();
        line->set_product("x");
        line->mutable_quantity()->set_units(Below(5) - 1);
        *line->mutable_list_price() = MoneyOf(CurrencyOf(body->net()), 10 * static_cast<Nanos>(kNanosPerUnit));
        *line->mutable_charged_price() = MoneyOf(CurrencyOf(body->net()), 9 * static_cast<Nanos>(kNanosPerUnit));
        *line->mutable_unit_cost() = MoneyOf(CurrencyOf(body->net()), 5 * static_cast<Nanos>(kNanosPerUnit));
        break;
      }
      case 18:
        Ref("i", event->mutable_invoice_cancelled()->mutable_invoice());
        break;
      case 19: {
        auto* body = event->mutable_credit_note_issued();
        Ref("n", body->mutable_credit_note());
        if (Below(4) != 0) Ref("i", body->mutable_invoice());
        Amounts(body);
        break;
      }
      case 20: {
        if (Below(3) == 0) {
          auto* body = event->mutable_payment_refunded();
          Ref("r", body->mutable_refund());
          *body->mutable_amount() = Money(400);
          Allocate(body);
        } else {
          auto* body = event->mutable_payment_received();
          Ref("y", body->mutable_payment());
          *body->mutable_amount() = Money();
          Allocate(body);
        }
        break;
      }
      default: {
        auto* body = event->mutable_invoice_written_off();
        Ref("i", body->mutable_invoice());
        const type::v1::Money net = Money(200);
        const int sign = Below(3) == 0 ? -1 : 1;
        *body->mutable_net() = MoneyOf(CurrencyOf(net), sign * NanosOf(net));
        *body->mutable_gross() = body->net();
        break;
      }
    }
  }

  std::mt19937_64 random_;
  HistoryOptions options_;
};

}  // namespace

std::vector<Event> RandomHistory(uint64_t seed, const HistoryOptions& options) { return Writer(seed, options).Write(); }

std::vector<Event> Shuffled(std::vector<Event> events, uint64_t seed) {
  std::mt19937_64 random(seed);
  for (size_t i = events.size(); i > 1; --i) std::swap(events[i - 1], events[random() % i]);
  return events;
}

}  // namespace kontor
