#include "projections/reading/profile.h"

#include <algorithm>
#include <map>

#include "kontor/event/v1/account.pb.h"
#include "projections/reading/amounts.h"

namespace kontor {
namespace {

constexpr size_t kRingAccountsNamed = 10;

// What the head's statements up to t say, on top of what is there: fields that are set stay. The parent stands apart:
// a link may not count.
void FillFields(const EntityRow& head, Instant t, view::v1::AccountProfile* profile) {
  std::map<int32_t, std::string> last;
  for (const Statement& s : head.statements) {
    if (s.at > t) break;
    for (const StatedField& field : s.fields) last[field.number] = field.value;
  }
  using Fields = event::v1::AccountFields;
  for (const auto& [number, value] : last) {
    if (value.empty()) continue;
    switch (number) {
      case Fields::kNameFieldNumber:
        if (!profile->has_name()) profile->set_name(value);
        break;
      case Fields::kSegmentFieldNumber:
        if (!profile->has_segment()) profile->set_segment(value);
        break;
      case Fields::kIndustryFieldNumber:
        if (!profile->has_industry()) profile->set_industry(value);
        break;
      case Fields::kCountryFieldNumber:
        if (!profile->has_country()) profile->set_country(value);
        break;
      case Fields::kManagerFieldNumber:
        if (!profile->has_manager()) profile->set_manager(value);
        break;
      case Fields::kTierFieldNumber:
        if (!profile->has_tier()) profile->set_tier(value);
        break;
      default:
        break;
    }
  }
}

// Of several openings, and of several closings, the earliest counts.
void FillDates(const EntityRow& head, Instant t, view::v1::AccountProfile* profile) {
  for (const Statement& s : head.statements) {
    if (s.at > t) break;
    if (s.kind == StatementKind::kAccountOpened && !profile->has_opened_at()) {
      *profile->mutable_opened_at() = TimestampOf(s.at);
    }
    if (s.kind == StatementKind::kAccountClosed && !profile->has_closed_at()) {
      *profile->mutable_closed_at() = TimestampOf(s.at);
    }
  }
}

bool IsKeyAccount(const std::vector<EntityRow>& heads, Instant t) {
  const Statement* last = nullptr;
  for (const EntityRow& head : heads) {
    for (const Statement& s : head.statements) {
      if (s.kind != StatementKind::kDesignated && s.kind != StatementKind::kReleased) continue;
      if (s.at <= t && (last == nullptr || *last < s)) last = &s;
    }
  }
  return last != nullptr && last->kind == StatementKind::kDesignated;
}

// "payment_over_invoice" as a person would say it.
std::string TextOf(std::string_view code, std::string_view entity) {
  std::string words(code);
  std::replace(words.begin(), words.end(), '_', ' ');
  return std::string(entity) + ": " + words;
}

void AddFinding(std::string_view code, std::string_view entity, const AccountId& account,
                google::protobuf::RepeatedPtrField<view::v1::Finding>* findings) {
  view::v1::Finding* finding = findings->Add();
  finding->set_code(std::string(code));
  finding->set_entity(std::string(entity));
  finding->set_text(TextOf(code, entity));
  finding->set_account_id(account.value());
}

}  // namespace

void RenderProfile(const SummedAccount& account, Instant t, view::v1::AccountProfile* profile) {
  const AccountState& state = account.state;
  profile->set_account_id(state.members.front().value());
  for (const EntityRow& head : state.heads) {
    FillFields(head, t, profile);
    FillDates(head, t, profile);
  }
  if (const auto link = ParentLinkOf(state.members.front(), state.heads, t)) profile->set_parent(link->parent.value());
  for (size_t i = 1; i < state.members.size(); ++i) profile->add_absorbed(state.members[i].value());
  profile->set_key_account(IsKeyAccount(state.heads, t));
  int64_t events = 0;
  const AccountDay* last = nullptr;
  for (const AccountDay& day : account.sums.days) {
    events += day.events;
    if (day.events == 0) continue;
    if (last == nullptr) *profile->mutable_first_day() = DateProto(day.day);
    last = &day;
  }
  if (last != nullptr) *profile->mutable_last_day() = DateProto(last->day);
  profile->set_events(events);
  profile->set_voided(account.sums.voided);
  profile->set_not_understood(account.sums.not_understood);
}

void RenderFindings(const SummedAccount& account, const Merges& merges,
                    google::protobuf::RepeatedPtrField<view::v1::Finding>* findings) {
  const AccountState& state = account.state;
  const auto add = [&](std::string_view code, std::string_view entity) {
    AddFinding(code, entity, state.members.front(), findings);
  };
  ForEach(account.sums.components.stock.own, Measure::kFindings, [&add](const TallyEntry& entry) {
    const std::string_view text = entry.key.text;
    const size_t split = text.find(kRefSeparator);
    if (entry.amount > 0) add(text.substr(0, split), text.substr(split + 1));
  });
  for (const MergeFinding& finding : merges.findings) {
    const bool concerns = std::any_of(state.members.begin(), state.members.end(), [&finding](const AccountId& member) {
      return member == finding.absorbed || member == finding.survivor;
    });
    if (concerns) add(finding.code, "merge of " + finding.absorbed.value() + " into " + finding.survivor.value());
  }
}

void RenderParentRing(const ParentRing& ring, view::v1::AccountProfile* profile,
                      google::protobuf::RepeatedPtrField<view::v1::Finding>* findings) {
  profile->clear_parent();
  // The event goes by the name that it has where a void names it.
  AddFinding("parent_closes_a_ring", EntityName({EntityKind::kVoid, ring.link.source, ring.link.event_id}),
             ring.link.account, findings);
  std::string* const text = findings->rbegin()->mutable_text();
  const size_t named = std::min(ring.accounts.size(), kRingAccountsNamed);
  for (size_t i = 0; i < named; ++i) *text += (i == 0 ? " of " : ", ") + ring.accounts[i].value();
  if (named < ring.accounts.size()) *text += fmt::format(" and {} more", ring.accounts.size() - named);
}

}  // namespace kontor
