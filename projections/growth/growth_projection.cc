#include "projections/growth/growth_projection.h"

#include <algorithm>
#include <optional>

namespace kontor {
namespace {

// The first month whose first local day is the given day or a later one.
Month FirstMonthFrom(Day day) {
  const Month month = MonthOf(day);
  return FirstDay(month) == day ? month : month + 1;
}

// A deal, walked through in the world's order.
class DealWalk {
 public:
  DealWalk(const EntityRef& key, const Zone& zone, ContributionSink* out)
      : key_(key), zone_(zone), out_(out), steps_(out) {}

  void Walk(std::span<const Statement> statements, size_t first) {
    for (size_t i = 0; i < statements.size(); ++i) {
      const Statement& s = statements[i];
      out_->Want(i >= first);
      steps_.At(s.at);
      Take(s);
      Render();
    }
  }

 private:
  void Take(const Statement& s) {
    switch (s.kind) {
      case StatementKind::kDealOpened:
        opened_twice_ |= opened_ != nullptr;
        if (opened_ == nullptr) {
          opened_ = &s;
          // A change may come before the opening that it changes, in the world's order too; what it says then holds.
          if (!expected_) expected_ = s.day;
          if (!amount_) {
            amount_ = s.amount;
            currency_ = s.currency;
          }
        }
        break;
      case StatementKind::kDealChanged:
        if (s.day) expected_ = s.day;
        if (s.amount) {
          amount_ = s.amount;
          currency_ = s.currency;
        }
        break;
      case StatementKind::kDealWon:
      case StatementKind::kDealLost:
        closed_twice_ |= closed_ != nullptr;
        if (closed_ == nullptr) closed_ = &s;
        break;
      case StatementKind::kRenewalWon:
      case StatementKind::kRenewalLost:
        if (renewal_ == nullptr) renewal_ = &s;
        break;
      default:
        break;
    }
  }

  void Render() {
    const bool won = closed_ != nullptr && closed_->kind == StatementKind::kDealWon;
    const bool lost = closed_ != nullptr && !won;
    const bool open = opened_ != nullptr && closed_ == nullptr;
    steps_.Set({.measure = Measure::kDealsOpened}, opened_ != nullptr ? 1 : 0);
    steps_.Set({.measure = Measure::kDealsLost}, lost ? 1 : 0);
    RenderPipeline(open);
    RenderCycle(won);
    if (won && closed_->recurring && closed_->day) RenderRecurring();
    steps_.Finding("deal_opened_twice", key_, opened_twice_);
    steps_.Finding("deal_closed_twice", key_, closed_twice_);
    steps_.Finding("deal_closed_never_opened", key_, closed_ != nullptr && opened_ == nullptr);
    steps_.Finding("deal_closed_before_opened", key_,
                   opened_ != nullptr && closed_ != nullptr && closed_->at < opened_->at);
  }

  void RenderPipeline(bool open) {
    const int64_t expected = expected_ ? expected_->value() : kNoDueDay;
    const TallyRef count{.measure = Measure::kOpenDeals, .number = expected};
    const TallyRef money{.measure = Measure::kPipeline, .currency = currency_, .number = expected};
    // What was shown under another day or currency is taken back first.
    if (shown_count_ && *shown_count_ != count) steps_.Set(*shown_count_, 0);
    if (shown_money_ && *shown_money_ != money) steps_.Set(*shown_money_, 0);
    steps_.Set(count, open ? 1 : 0);
    steps_.Set(money, open && amount_ ? *amount_ : 0);
    shown_count_ = count;
    shown_money_ = money;
  }

  void RenderCycle(bool won) {
    if (opened_ == nullptr || closed_ == nullptr || closed_->at < opened_->at) return;
    const int64_t days = zone_.LocalDay(closed_->at) - zone_.LocalDay(opened_->at);
    steps_.Set({.measure = won ? Measure::kCycleWon : Measure::kCycleLost, .number = days}, 1);
  }

  // Counts in each month whose first local day lies in [first day, first day + term), with auto-renewal also after
  // that, until a renewal is won (from its first day) or lost (from the end of the running term).
  void RenderRecurring() {
    const Day first = *closed_->day;
    const auto term = static_cast<int32_t>(closed_->number);
    std::optional<Day> end;
    if (!closed_->flag) {
      end = AddMonths(first, term);
    } else if (renewal_ != nullptr) {
      const Day heard = zone_.LocalDay(renewal_->at);
      if (renewal_->kind == StatementKind::kRenewalWon) {
        end = std::max(renewal_->day.value_or(heard), AddMonths(first, term));
      } else {
        int32_t terms = std::max(1, (MonthOf(heard) - MonthOf(first)) / term);
        while (AddMonths(first, terms * term) <= heard) ++terms;
        end = AddMonths(first, terms * term);
      }
    }
    const Month from = FirstMonthFrom(first);
    SetRecurring(from, *closed_->recurring);
    if (ended_ && (!end || FirstMonthFrom(*end) != *ended_)) SetRecurring(*ended_, 0);
    if (end) {
      ended_ = FirstMonthFrom(*end);
      SetRecurring(*ended_, *ended_ == from ? 0 : -*closed_->recurring);
    } else {
      ended_.reset();
    }
  }

  void SetRecurring(Month month, Nanos amount) {
    steps_.Set({.measure = Measure::kRecurring, .currency = closed_->recurring_currency, .number = month.value()},
               amount);
  }

  const EntityRef& key_;
  const Zone& zone_;
  ContributionSink* out_;
  Steps steps_;
  const Statement* opened_ = nullptr;
  const Statement* closed_ = nullptr;
  const Statement* renewal_ = nullptr;
  bool opened_twice_ = false;
  bool closed_twice_ = false;
  std::optional<Day> expected_;
  std::optional<Nanos> amount_;
  Currency currency_;
  std::optional<TallyRef> shown_count_;
  std::optional<TallyRef> shown_money_;
  std::optional<Month> ended_;
};

}  // namespace

void GrowthProjection::FoldFact(const event::v1::Event&, Instant, ContributionSink*) const {}

void GrowthProjection::FoldEntity(const EntityRef& entity, std::span<const Statement> statements, size_t first,
                                  const Zone& zone, ContributionSink* out) const {
  if (entity.kind == EntityKind::kDeal) DealWalk(entity, zone, out).Walk(statements, first);
}

}  // namespace kontor
