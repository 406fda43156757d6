// The four steps of key-account work: choose, set goals, record, anticipate needs.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tools/kontor/demo/pen.h"
#include "tools/kontor/demo/trade.h"

namespace kontor::demo {

// The versions of the criteria that the firm adopts: the second one from half way through the history on.
inline constexpr std::string_view kFirstCriteria = "criteria-1";
inline constexpr std::string_view kSecondCriteria = "criteria-2";

// Ownership: borrows pen and trade. Call LiveMonth for each month in order. Does nothing on an account that is not, or
// not yet, a key account.
class KeyAccountWork {
 public:
  KeyAccountWork(Pen* pen, Trade* trade) : pen_(*pen), trade_(*trade) {}

  void LiveMonth(Month month);

  // Scores on every criterion, each about that value of 1 to 10.
  void Score(Day day, int64_t about);
  // A need, an offer for it, and its answer, where one is given.
  struct OfferPlan {
    Day day;
    event::v1::OfferKind kind = event::v1::OFFER_KIND_NEW_PRODUCT;
    int64_t cents = 0;
    std::optional<bool> accepted;  // not set: no answer
  };
  // An accepted offer becomes a won deal.
  void Offer(const OfferPlan& plan);

 private:
  void Choose(Day day);
  void Release(Day day);
  void Rate(Day day);
  void SetTargets(Day first_day);
  void SetGoal(Day day);
  void MeasureGoal(Day day);

  struct Goal {
    std::string id;
    Day set;
    Day due;
    int64_t start = 0;
    int64_t target = 0;
  };

  Pen& pen_;
  Trade& trade_;
  std::optional<Goal> goal_;
};

}  // namespace kontor::demo
