#include "projections/reading/reference_state.h"

#include <algorithm>

#include "kontor/event/v1/reference.pb.h"

namespace kontor {

const AccountId& Merges::SurvivorOf(const AccountId& account) const {
  const auto found = survivor_of.find(account);
  return found == survivor_of.end() ? account : found->second;
}

std::vector<AccountId> Merges::MembersOf(const AccountId& account) const {
  std::vector<AccountId> members = {SurvivorOf(account)};
  if (const auto absorbed = absorbed_by.find(members.front()); absorbed != absorbed_by.end()) {
    members.insert(members.end(), absorbed->second.begin(), absorbed->second.end());
  }
  return members;
}

void ReferenceState::Add(const EntityRef& key, const EntityRow& row) {
  const Statements& statements = row.statements;
  memory_.push_back(row.memory);
  for (const Statement& s : statements) instants_.insert(s.at);
  switch (key.kind) {
    case EntityKind::kMerge:
      for (const Statement& s : statements) {
        Merge merge{AccountId(std::string(key.id)), s};
        const auto at = std::upper_bound(merges_.begin(), merges_.end(), merge,
                                         [](const Merge& a, const Merge& b) { return a.statement < b.statement; });
        merges_.insert(at, std::move(merge));
      }
      break;
    case EntityKind::kRevert:
      if (!statements.empty()) reverted_[{std::string(key.name_space), std::string(key.id)}] = statements.front().at;
      break;
    case EntityKind::kRate: {
      // "EUR/USD 2026-11-24"
      const std::pair<Currency, Currency> pair = {Currency(key.id.substr(0, 3)), Currency(key.id.substr(4, 3))};
      if (!statements.empty()) rates_[pair][*statements.front().day] = statements;
      break;
    }
    case EntityKind::kParameters:
      parameters_ = statements;
      break;
    default:
      break;
  }
}

std::optional<Instant> ReferenceState::NextAfter(Instant t) const {
  const auto next = instants_.upper_bound(t);
  return next == instants_.end() ? std::nullopt : std::optional(*next);
}

Parameters ReferenceState::ParametersAt(Instant t) const {
  Parameters parameters;
  using Body = event::v1::ParametersAdopted;
  for (const Statement& s : parameters_) {
    if (s.at > t) break;
    for (const StatedField& field : s.fields) {
      const auto whole = static_cast<int32_t>(ParseDecimal(field.value).value_or(0) / kNanosPerUnit);
      if (field.number == Body::kRateAgeDaysFieldNumber) parameters.rate_age_days = whole;
      if (field.number == Body::kSentimentHalfLifeDaysFieldNumber) parameters.sentiment_half_life_days = whole;
    }
  }
  return parameters;
}

Merges ReferenceState::MergesAt(Instant t) const {
  Merges result;
  std::map<AccountId, const Merge*> last;
  for (const Merge& merge : merges_) {
    if (merge.statement.at > t) break;
    const auto reverted = reverted_.find({std::string(merge.statement.source), std::string(merge.statement.event_id)});
    if (reverted != reverted_.end() && reverted->second <= t) continue;
    const Merge*& slot = last[merge.absorbed];
    if (slot != nullptr)
      result.findings.push_back({"merge_superseded", slot->absorbed, AccountId(std::string(slot->statement.ref))});
    slot = &merge;
  }

  std::map<AccountId, AccountId> into;
  const auto end_of = [&into](AccountId account) {
    for (auto next = into.find(account); next != into.end(); next = into.find(account)) account = next->second;
    return account;
  };
  for (const Merge& merge : merges_) {
    const auto counts = last.find(merge.absorbed);
    if (counts == last.end() || counts->second != &merge) continue;
    const AccountId survivor{std::string(merge.statement.ref)};
    if (end_of(survivor) == merge.absorbed) {
      result.findings.push_back({"merge_closes_a_ring", merge.absorbed, survivor});
      continue;
    }
    into.emplace(merge.absorbed, survivor);
  }
  for (const auto& [absorbed, survivor] : into) {
    const AccountId end = end_of(survivor);
    result.survivor_of.emplace(absorbed, end);
    result.absorbed_by[end].push_back(absorbed);
  }
  return result;
}

std::optional<ReferenceState::Published> ReferenceState::Latest(Currency base, Currency quote, Day day, Instant t,
                                                                int32_t age) const {
  const auto pair = rates_.find({base, quote});
  if (pair == rates_.end()) return std::nullopt;
  for (auto at = pair->second.upper_bound(day); at != pair->second.begin();) {
    --at;
    if (day - at->first > age) return std::nullopt;
    const Statements& statements = at->second;
    const auto known =
        std::find_if(statements.rbegin(), statements.rend(), [t](const Statement& s) { return s.at <= t; });
    if (known != statements.rend() && *known->amount > 0) return Published{at->first, *known->amount};
  }
  return std::nullopt;
}

std::optional<Rate> ReferenceState::Direct(Currency from, Currency to, Day day, Instant t, int32_t age) const {
  const std::optional<Published> direct = Latest(from, to, day, t, age);
  const std::optional<Published> inverse = Latest(to, from, day, t, age);
  if (direct && (!inverse || direct->day >= inverse->day)) return Rate{direct->value, kNanosPerUnit, direct->day, {}};
  if (inverse) return Rate{kNanosPerUnit, inverse->value, inverse->day, {}};
  return std::nullopt;
}

std::optional<Rate> ReferenceState::RateOn(Currency from, Currency to, Day day, Instant t) const {
  if (from == to) return Rate{1, 1, day, {}};
  const int32_t age = ParametersAt(t).rate_age_days;
  if (std::optional<Rate> direct = Direct(from, to, day, t, age)) return direct;

  std::vector<Currency> thirds;
  for (const auto& [pair, days] : rates_) {
    if (pair.first == from || pair.second == from) thirds.push_back(pair.first == from ? pair.second : pair.first);
  }
  std::sort(thirds.begin(), thirds.end());
  std::optional<Rate> best;
  for (const Currency third : thirds) {
    const std::optional<Rate> first = Direct(from, third, day, t, age);
    const std::optional<Rate> second = Direct(third, to, day, t, age);
    if (!first || !second) continue;
    const Day older = std::min(first->published, second->published);
    if (best && best->published >= older) continue;
    best = Rate{first->numerator * second->numerator, first->denominator * second->denominator, older, third};
  }
  return best;
}

}  // namespace kontor
