#include "projections/satisfaction/satisfaction_projection.h"

#include <algorithm>
#include <optional>
#include <string>

#include "projections/satisfaction/survey_scale.h"

namespace kontor {
namespace {

using event::v1::Event;

constexpr int64_t kNanosPerSecond = 1'000'000'000;
constexpr int64_t kSecondsPerHour = 3'600;

// Who typed the evidence; empty where a system recorded it. Health will not count what the account's manager typed.
std::string_view TypedBy(const Event& event) {
  return event.capture() == event::v1::CAPTURE_TYPED ? std::string_view(event.actor()) : std::string_view();
}

void FoldInteraction(const Event& event, Instant at, ContributionSink* out) {
  const event::v1::InteractionRecorded& body = event.interaction_recorded();
  out->Add(at, {.measure = Measure::kInteractions}, 1);
  if (body.has_department()) {
    out->Add(at, {.measure = Measure::kDepartmentTouches, .text = body.department()}, 1);
  }
  for (const type::v1::EntityRef& contact : body.participants()) {
    const std::string& name_space = contact.has_namespace_() ? contact.namespace_() : event.source();
    out->Add(at, {.measure = Measure::kContactTouches, .text = EntityRefText(name_space, contact.id(), out->arena())},
             1);
  }
  if (body.has_sentiment()) {
    const std::string_view by = TypedBy(event);
    out->Add(at, {.measure = Measure::kSentimentSum, .text = by}, body.sentiment());
    out->Add(at, {.measure = Measure::kSentimentCount, .text = by}, 1);
  }
}

void FoldSurvey(const Event& event, Instant at, ContributionSink* out) {
  const event::v1::SurveyAnswered& body = event.survey_answered();
  TallyRef key{.measure = Measure::kNps, .number = body.answer(), .text = TypedBy(event)};
  if (body.kind() == event::v1::SURVEY_KIND_CSAT) {
    key.measure = Measure::kCsat;
    key.number = PackAnswer({{0, body.scale_min(), body.scale_max()}, body.answer()});
  } else if (body.kind() == event::v1::SURVEY_KIND_CES) {
    const int32_t min = body.has_scale_min() ? body.scale_min() : 1;
    const int32_t max = body.has_scale_max() ? body.scale_max() : 7;
    const int32_t easy = body.easy_end() == event::v1::EASY_END_LOW ? body.easy_end() : event::v1::EASY_END_HIGH;
    key.measure = Measure::kCes;
    key.number = PackAnswer({{easy, min, max}, body.answer()});
  }
  out->Add(at, key, 1);
}

// A promise, walked through in the world's order.
class CommitmentWalk {
 public:
  CommitmentWalk(const EntityRef& key, const Zone& zone, ContributionSink* out)
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
      case StatementKind::kMade:
        made_twice_ |= made_ != nullptr;
        if (made_ == nullptr) made_ = &s;
        break;
      case StatementKind::kRedated:
        redated_ = &s;
        break;
      case StatementKind::kKept:
      case StatementKind::kBroken:
      case StatementKind::kWithdrawn:
        Close(s);
        break;
      default:
        break;
    }
  }

  // Of several the earliest counts.
  void Close(const Statement& s) {
    if (closed_ == nullptr) {
      closed_ = &s;
      return;
    }
    const bool withdrawn = Closed(StatementKind::kWithdrawn) || s.kind == StatementKind::kWithdrawn;
    if (s.kind == closed_->kind || withdrawn) {
      closed_twice_ = true;
    } else {
      kept_and_broken_ = true;
    }
  }

  bool Closed(StatementKind kind) const { return closed_ != nullptr && closed_->kind == kind; }
  bool ClosedBy(StatementKind kind, Day day) const { return Closed(kind) && zone_.LocalDay(closed_->at) <= day; }

  void Render() {
    steps_.Finding("commitment_never_made", key_, made_ == nullptr);
    if (made_ == nullptr) return;
    const Day due = *made_->day;
    Set(Measure::kMade, due, true);
    Set(Measure::kWithdrawnEarly, due, ClosedBy(StatementKind::kWithdrawn, due));
    Set(Measure::kKeptInTime, due, ClosedBy(StatementKind::kKept, due));

    const Day redue = redated_ == nullptr ? due : *redated_->day;
    if (shown_redue_ && *shown_redue_ != redue) {
      Set(Measure::kRedatedDue, *shown_redue_, false);
      Set(Measure::kRedatedKept, *shown_redue_, false);
    }
    shown_redue_ = redue;
    Set(Measure::kRedatedDue, redue, !ClosedBy(StatementKind::kWithdrawn, redue));
    Set(Measure::kRedatedKept, redue, ClosedBy(StatementKind::kKept, redue));

    steps_.Set({.measure = Measure::kKept}, Closed(StatementKind::kKept) ? 1 : 0);
    steps_.Set({.measure = Measure::kBroken}, Closed(StatementKind::kBroken) ? 1 : 0);
    steps_.Set({.measure = Measure::kWithdrawn}, Closed(StatementKind::kWithdrawn) ? 1 : 0);
    steps_.Set({.measure = Measure::kOpenCommitments}, closed_ == nullptr ? 1 : 0);
    steps_.Finding("commitment_made_twice", key_, made_twice_);
    steps_.Finding("commitment_closed_twice", key_, closed_twice_);
    steps_.Finding("commitment_kept_and_broken", key_, kept_and_broken_);
  }

  void Set(Measure measure, Day day, bool value) {
    steps_.Set({.measure = measure, .number = day.value()}, value ? 1 : 0);
  }

  const EntityRef& key_;
  const Zone& zone_;
  ContributionSink* out_;
  Steps steps_;
  const Statement* made_ = nullptr;
  const Statement* redated_ = nullptr;
  const Statement* closed_ = nullptr;
  bool made_twice_ = false;
  bool closed_twice_ = false;  // kept or broken twice, or withdrawn and anything else
  bool kept_and_broken_ = false;
  std::optional<Day> shown_redue_;
};

void FoldIssue(const EntityRef& key, std::span<const Statement> statements, size_t first, const Zone& zone,
               ContributionSink* out) {
  Steps steps(out);
  const Statement* raised = nullptr;
  const Statement* resolved = nullptr;
  bool raised_twice = false;
  bool resolved_twice = false;
  for (size_t i = 0; i < statements.size(); ++i) {
    const Statement& s = statements[i];
    out->Want(i >= first);
    steps.At(s.at);
    if (s.kind == StatementKind::kRaised) {
      raised_twice |= raised != nullptr;
      if (raised == nullptr) raised = &s;
    } else if (s.kind == StatementKind::kResolved) {
      resolved_twice |= resolved != nullptr;
      if (resolved == nullptr) resolved = &s;
    }
    steps.Finding("issue_never_raised", key, raised == nullptr);
    if (raised == nullptr) continue;
    const bool early = resolved != nullptr && resolved->at < raised->at;
    steps.Finding("issue_raised_twice", key, raised_twice);
    steps.Finding("issue_resolved_twice", key, resolved_twice);
    steps.Finding("issue_resolved_before_raised", key, early);
    steps.Set({.measure = Measure::kIssuesRaised}, 1);
    steps.Set({.measure = Measure::kIssuesResolved}, resolved != nullptr ? 1 : 0);
    steps.Set({.measure = Measure::kOpenIssues, .number = zone.LocalDay(raised->at).value()},
              resolved == nullptr ? 1 : 0);
    if (resolved == nullptr || early) continue;
    const int64_t seconds = (resolved->at - raised->at) / kNanosPerSecond;
    steps.Set({.measure = Measure::kResolutionSeconds}, seconds);
    steps.Set({.measure = Measure::kResolutionHours, .number = seconds / kSecondsPerHour}, 1);
  }
}

}  // namespace

void SatisfactionProjection::FoldFact(const Event& event, Instant at, ContributionSink* out) const {
  if (event.body_case() == Event::kInteractionRecorded) FoldInteraction(event, at, out);
  if (event.body_case() == Event::kSurveyAnswered) FoldSurvey(event, at, out);
}

void SatisfactionProjection::FoldEntity(const EntityRef& entity, std::span<const Statement> statements, size_t first,
                                        const Zone& zone, ContributionSink* out) const {
  if (entity.kind == EntityKind::kCommitment) CommitmentWalk(entity, zone, out).Walk(statements, first);
  if (entity.kind == EntityKind::kIssue) FoldIssue(entity, statements, first, zone, out);
}

}  // namespace kontor
