#include "tools/kontor/demo/pen.h"

#include "engine/base/check.h"

namespace kontor::demo {

event::v1::Event Pen::BeginInCrm(Instant occurred_at, bool typed) {
  event::v1::Event event = Begin("crm", occurred_at);
  event.set_capture(typed ? event::v1::CAPTURE_TYPED : event::v1::CAPTURE_SYSTEM);
  event.set_actor(typed ? account_->manager : "crm-sync");
  return event;
}

std::optional<Instant> Pen::SomeTime(Month month) {
  const Day first = FirstDay(month);
  const Day drawn = first + static_cast<int32_t>(random_->Below(static_cast<uint64_t>(FirstDay(month + 1) - first)));
  // One in thirty is at a weekend.
  const Day day = random_->Chance(33) ? drawn : OnWorkday(drawn);
  const Instant instant = OfficeHour(random_, day, *account_->market);
  if (!account_->LivesAt(day) || !HasCome(instant)) return std::nullopt;
  return instant;
}

size_t Pen::MonthIndex(Month month) const {
  KONTOR_CHECK(month >= horizon_->first && month <= horizon_->last);
  return static_cast<size_t>(month - horizon_->first);
}

}  // namespace kontor::demo
