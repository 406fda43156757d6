#include "tools/kontor/demo/relations.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "tools/kontor/demo/facts.h"

namespace kontor::demo {
namespace {

using event::v1::Event;

int64_t FirstContacts(Segment segment, Random* random) {
  switch (segment) {
    case Segment::kEnterprise:
      return random->Between(5, 8);
    case Segment::kMidMarket:
      return random->Between(3, 5);
    default:
      return random->Between(1, 2);
  }
}

// People are away in August and at the year's end.
int64_t SeasonOfTalk(Month month) {
  constexpr std::array<int64_t, 12> kPermille = {1000, 1040, 1060, 1000, 1000, 1020, 900, 680, 1100, 1120, 1080, 760};
  return kPermille[MonthOfYear(month)];
}

}  // namespace

void Relations::Begin() {
  Account& account = pen_.account();
  Event event = pen_.Begin(kCrm, pen_.WorkTime(account.opened));
  event::v1::AccountFields* fields = event.mutable_account_opened()->mutable_fields();
  fields->set_name(account.name);
  fields->set_segment(std::string(SegmentName(account.segment)));
  fields->set_industry(std::string(account.industry->name));
  fields->set_country(std::string(account.market->country));
  if (!account.parent.empty()) fields->set_parent(account.parent);
  fields->set_manager(account.manager);
  fields->set_tier(account.tier);
  pen_.journal().RecordAfter(event, kMinute);

  const int64_t count = FirstContacts(account.segment, pen_.random());
  for (int64_t index = 0; index < count; ++index) {
    const auto role = index == 0 ? event::v1::PURCHASE_ROLE_DECISION_MAKER
                                 : static_cast<event::v1::PurchaseRole>(pen_.random()->Between(1, 6));
    DeclareContact(account.opened + static_cast<int32_t>(index * pen_.random()->Between(0, 40)), role);
  }
}

void Relations::DeclareContact(Day since, event::v1::PurchaseRole role) {
  Random* random = pen_.random();
  Account& account = pen_.account();
  Contact contact;
  contact.id = account.NewId(Document::kContact);
  contact.name = fmt::format("{} {}", random->Pick(FirstNames()), random->Pick(LastNames()));
  contact.since = OnWorkday(since);

  Event event = pen_.BeginInCrm(pen_.WorkTime(contact.since), true);
  event::v1::ContactDeclared* body = event.mutable_contact_declared();
  Refer(body->mutable_contact(), contact.id);
  body->set_name(contact.name);
  body->set_department(std::string(random->Pick(ContactDepartments())));
  body->set_role(role);
  body->set_influence(role == event::v1::PURCHASE_ROLE_DECISION_MAKER ? 5
                                                                      : static_cast<uint32_t>(random->Between(1, 4)));
  body->set_stance(static_cast<event::v1::Stance>(random->Between(2, 4)));
  if (!pen_.Record(event)) return;
  account.contacts.push_back(std::move(contact));
}

void Relations::LiveMonth(Month month) {
  Random* random = pen_.random();
  const Character& character = pen_.account().character;
  Converse(month);

  for (int64_t left = random->Count(character.promises_permille); left > 0; --left) {
    const std::optional<Instant> at = pen_.SomeTime(month);
    const Day due = OnWorkday(UtcDay(at.value_or(Instant())) + static_cast<int32_t>(random->Between(4, 45)));
    const PromiseEnd end =
        random->Chance(character.keeps_permille) ? PromiseEnd::kKeptInTime : PromiseEnd::kMissedSomehow;
    if (at && !pen_.account().SilentAt(UtcDay(*at))) MakePromise(*at, due, end);
  }
  for (int64_t left = random->Count(character.issues_permille * (150 - pen_.MoodIn(month)) / 100); left > 0; --left) {
    const std::optional<Instant> at = pen_.SomeTime(month);
    const auto days = static_cast<int32_t>(random->Between(0, random->Chance(150) ? 45 : 9));
    if (at && !pen_.account().SilentAt(UtcDay(*at))) RaiseIssue(*at, days);
  }
  AskForOpinions(month);
  ChangeFields(month);
}

void Relations::Converse(Month month) {
  Random* random = pen_.random();
  Account& account = pen_.account();
  const int64_t count = random->Count(account.character.touches_permille * SeasonOfTalk(month) / 1000);
  for (int64_t index = 0; index < count; ++index) {
    const std::optional<Instant> at = pen_.SomeTime(month);
    if (!at) continue;
    const Day day = UtcDay(*at);
    if (account.SilentAt(day)) continue;
    if (account.FadesAt(day) && account.ending.silent_from) {  // ever fewer, from all to none
      const int64_t left = *account.ending.silent_from - day;
      const int64_t whole = *account.ending.silent_from - *account.ending.fades_from;
      if (!random->Chance(1000 * left * left / (whole * whole))) continue;
    }
    const bool typed = random->Chance(550);
    Event event = pen_.BeginInCrm(*at, typed);
    *event.mutable_interaction_recorded() = Conversation(random, account, day, pen_.MoodIn(month));
    pen_.Record(event);
  }
}

void Relations::MakePromise(Instant at, Day due, PromiseEnd end) {
  Random* random = pen_.random();
  const std::string promise = pen_.account().NewId(Document::kPromise);
  Event made = pen_.BeginInCrm(at, true);
  *made.mutable_commitment_made() = Promise(random, promise, due);
  const std::optional<std::string> contact = SomeContact(random, pen_.account(), UtcDay(at));
  if (contact) Refer(made.mutable_commitment_made()->mutable_contact(), *contact);
  if (!pen_.Record(made)) return;

  if (end == PromiseEnd::kMissedSomehow) {
    constexpr std::array<PromiseEnd, 5> kEnds = {PromiseEnd::kRedated, PromiseEnd::kKeptLate, PromiseEnd::kBroken,
                                                 PromiseEnd::kWithdrawn, PromiseEnd::kForgotten};
    constexpr std::array<int64_t, 5> kWeights = {420, 250, 120, 120, 90};
    end = kEnds[random->Weighted(kWeights)];
  }
  if (end != PromiseEnd::kKeptInTime) {
    MissPromise(promise, due, end);
    return;
  }
  const Day earliest = UtcDay(at) + 1;
  const Day day = std::max(earliest, due - static_cast<int32_t>(random->Between(0, 5)));
  Event kept = pen_.BeginInCrm(pen_.WorkTime(std::min(OnWorkday(day), due)), random->Chance(600));
  Refer(kept.mutable_commitment_kept()->mutable_commitment(), promise);
  if (!pen_.Record(kept)) pen_.account().open_promises.push_back(promise);
}

void Relations::MissPromise(const std::string& promise, Day due, PromiseEnd end) {
  if (end == PromiseEnd::kForgotten) {  // nobody says anything
    pen_.account().open_promises.push_back(promise);
    return;
  }
  const auto late_days = static_cast<int32_t>(pen_.random()->Between(1, 25));
  if (end == PromiseEnd::kRedated) {  // and kept by the new day
    Event redated = pen_.BeginInCrm(pen_.WorkTime(due - 1), true);
    Refer(redated.mutable_commitment_redated()->mutable_commitment(), promise);
    *redated.mutable_commitment_redated()->mutable_due() = DateProto(OnWorkday(due + late_days + 5));
    redated.mutable_commitment_redated()->set_reason("waiting for parts");
    pen_.Record(redated);
  }
  const Day day = end == PromiseEnd::kWithdrawn ? due - 3 : due + late_days;
  Event event = pen_.BeginInCrm(pen_.WorkTime(day), true);
  if (end == PromiseEnd::kBroken) {
    Refer(event.mutable_commitment_broken()->mutable_commitment(), promise);
    event.mutable_commitment_broken()->set_reason("not feasible with this firmware");
  } else if (end == PromiseEnd::kWithdrawn) {
    Refer(event.mutable_commitment_withdrawn()->mutable_commitment(), promise);
    event.mutable_commitment_withdrawn()->set_reason("no longer needed");
  } else {
    Refer(event.mutable_commitment_kept()->mutable_commitment(), promise);
  }
  if (!pen_.Record(event)) pen_.account().open_promises.push_back(promise);
}

void Relations::RaiseIssue(Instant at, int32_t days_to_resolve) {
  Random* random = pen_.random();
  const std::string issue = pen_.account().NewId(Document::kIssue);
  Event raised = pen_.Begin(kHelpdesk, at);
  *raised.mutable_issue_raised() = Issue(random, issue);
  const std::optional<std::string> contact = SomeContact(random, pen_.account(), UtcDay(at));
  if (contact) Refer(raised.mutable_issue_raised()->mutable_contact(), *contact, kCrm);
  if (!pen_.Record(raised)) return;

  const Instant solved = std::max(pen_.WorkTime(UtcDay(at) + days_to_resolve), at + 40 * kMinute);
  Event resolved = pen_.Begin(kHelpdesk, solved);
  Refer(resolved.mutable_issue_resolved()->mutable_issue(), issue);
  if (!pen_.Record(resolved)) {
    pen_.account().open_issues.push_back(issue);
    return;
  }
  if (!random->Chance(420)) return;
  // The form changed from five points to seven, and its question of effort from "1 is easy" to "7 is easy".
  const bool new_form = UtcDay(solved) >= AddMonths(pen_.horizon().start(), 30);
  const int64_t mood = pen_.MoodIn(MonthOf(UtcDay(solved))) - 3 * days_to_resolve;
  Event answered = pen_.Begin(kSurveys, solved + random->Between(1, 40) * kHour);
  *answered.mutable_survey_answered() =
      random->Chance(600) ? CsatAnswer(random, mood, new_form) : CesAnswer(random, mood, !new_form);
  Refer(answered.mutable_survey_answered()->mutable_survey(), "after-issue");
  if (contact) Refer(answered.mutable_survey_answered()->mutable_contact(), *contact, kCrm);
  pen_.Record(answered);
}

void Relations::AnswerNps(Instant at, int64_t mood) {
  Random* random = pen_.random();
  const CivilDate date = DateOf(UtcDay(at));
  Event event = pen_.Begin(kSurveys, at);
  *event.mutable_survey_answered() = NpsAnswer(random, mood);
  Refer(event.mutable_survey_answered()->mutable_survey(), fmt::format("nps-{}-{:02}", date.year, date.month));
  const std::optional<std::string> contact = SomeContact(random, pen_.account(), UtcDay(at));
  if (contact) Refer(event.mutable_survey_answered()->mutable_contact(), *contact, kCrm);
  pen_.Record(event);
}

void Relations::AskForOpinions(Month month) {
  // Waves in April and October.
  const size_t of_year = MonthOfYear(month);
  if (of_year != 3 && of_year != 9) return;
  Random* random = pen_.random();
  for (size_t asked = pen_.account().contacts.size(); asked > 0; --asked) {
    const std::optional<Instant> at = pen_.SomeTime(month);
    const bool answers = random->Chance(400);
    if (at && answers && !pen_.account().SilentAt(UtcDay(*at))) AnswerNps(*at, pen_.MoodIn(month));
  }
}

void Relations::ChangeFields(Month month) {
  Random* random = pen_.random();
  Account& account = pen_.account();
  const bool manager_goes = random->Chance(18);
  const bool tier_moves = random->Chance(14);
  const bool somebody_leaves = random->Chance(account.segment == Segment::kSmallBusiness ? 8 : 22);
  const std::optional<Instant> at = pen_.SomeTime(month);
  if (!at || account.role != Role::kOrdinary) return;

  if (manager_goes || tier_moves) {
    if (manager_goes) account.manager = random->Pick(Managers());
    if (tier_moves) account.tier = account.tier == "A" ? "B" : "A";
    Event event = pen_.Begin(kCrm, *at);
    event::v1::AccountFields* fields = event.mutable_account_changed()->mutable_fields();
    if (manager_goes) fields->set_manager(account.manager);
    if (tier_moves) fields->set_tier(account.tier);
    pen_.Record(event);
  }
  if (somebody_leaves) LoseContact(UtcDay(*at));
}

void Relations::LoseContact(Day day) {
  for (Contact& contact : pen_.account().contacts) {
    if (contact.left || contact.since >= day) continue;
    Event event = pen_.BeginInCrm(pen_.WorkTime(day), true);
    Refer(event.mutable_contact_left()->mutable_contact(), contact.id);
    event.mutable_contact_left()->set_reason("left the firm");
    if (!pen_.Record(event)) return;
    contact.left = day;
    if (!pen_.account().FadesAt(day)) {
      const auto role = static_cast<event::v1::PurchaseRole>(pen_.random()->Between(1, 6));
      DeclareContact(day + static_cast<int32_t>(pen_.random()->Between(5, 60)), role);
    }
    return;  // the vector may have moved
  }
}

void Relations::Finish() {
  const std::optional<Day> closes_on = pen_.account().ending.closes_on;
  if (!closes_on || *closes_on > pen_.horizon().today) return;
  Event event = pen_.Begin(kCrm, pen_.WorkTime(*closes_on));
  event.mutable_account_closed()->set_reason("no orders for months");
  pen_.Record(event);
}

}  // namespace kontor::demo
