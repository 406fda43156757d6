#include "projections/reading/account_sums.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "projections/account/month_reader.h"
#include "projections/reading/accumulator.h"
#include "projections/reading/amounts.h"
#include "projections/reading/measure_role.h"

namespace kontor {
namespace {

// The sign with which a flow enters net value; 0: it does not.
int NetValueSign(Measure measure) {
  for (const Term& term : kNetValueTerms) {
    if (term.measure == measure) return term.sign;
  }
  return 0;
}

// Adds days to an account's sums, or takes them out.
class DaySummer {
 public:
  DaySummer(Converter* converter, AccountSums* sums)
      : converter_(converter), asked_(converter->asked()), sums_(sums), out_(&sums->components) {
    for (size_t i = 0; i < kWindows; ++i) spans_[i] = SpanOf(static_cast<Window>(i), asked_);
  }

  // Puts a day in (1), or takes it out (-1). Requires: the day is not behind the asked one; what the entries view lives
  // until Finish.
  void Add(Day day, const std::vector<TallyView>& entries, int sign) {
    const Month month = MonthOf(day);
    std::bitset<kWindows> held;
    for (size_t i = 0; i < kWindows; ++i) held[i] = spans_[i].Holds(day);
    if (held != held_ || month != month_) {
      EndStretch();
      held_ = held;
      month_ = month;
    }
    AccountDay facts{.day = day};
    for (size_t i = 0; i < entries.size();) {
      const TallyRef& key = entries[i].key;
      const Int128 amount = sign * entries[i].amount;
      size_t next = i + 1;
      switch (RoleOf(key.measure)) {
        case MeasureRole::kBaseFigure: {
          // Kinds of one figure are one amount: it is rounded once.
          Nanos whole = entries[i].amount;
          while (next < entries.size() && entries[next].key.measure == key.measure &&
                 entries[next].key.currency == key.currency) {
            whole += entries[next++].amount;
          }
          AddFlow(key.measure, key.currency, whole, sign, &facts);
          break;
        }
        case MeasureRole::kFlow:
          stretch_.own.Add(key.measure, key.currency, key.number, amount);
          Note(key.measure, entries[i].amount, sign, &facts);
          break;
        case MeasureRole::kStock:
          if (key.measure == Measure::kFindings) {
            findings_.push_back({key, amount});
            break;
          }
          if (key.measure == Measure::kWaiting) waiting_.push_back({key, amount});
          stock_.Add(key.measure, key.currency, key.number, amount);
          break;
        case MeasureRole::kTouch:
          if (held_[static_cast<size_t>(Window::kDays90)]) touches_.push_back({key, amount});
          break;
        case MeasureRole::kByDay:
          stock_.Add(key.measure, Currency(), day.value(), amount);
          of_month_.Add(key.measure, Currency(), 0, amount);
          break;
      }
      i = next;
    }
    Place(facts, sign);
  }

  void Finish() {
    EndStretch();
    for (size_t i = 0; i < kWindows; ++i) windows_[i].AddTo(&out_->windows[i]);
    AddTexts(&findings_, &out_->stock.own);
    stock_.AddTo(&out_->stock.own);
    AddTexts(&waiting_, &sums_->waiting);
    AddTexts(&touches_, &out_->in(Window::kDays90).own);
    rates_.AddTo(&sums_->flow_rates);
    Derive();
    if (sums_->any_event()) out_->accounts.Add({.measure = Measure::kEvents}, 1);
  }

 private:
  struct Gathered {
    Accumulator own;
    Accumulator reporting;
    Accumulator missing;

    void AddTo(Gathered* other) const {
      own.AddTo(&other->own);
      reporting.AddTo(&other->reporting);
      missing.AddTo(&other->missing);
    }
    void AddTo(Sums* sums) const {
      own.AddTo(&sums->own);
      reporting.AddTo(&sums->reporting);
      missing.AddTo(&sums->missing);
    }
    bool empty() const { return own.empty() && reporting.empty() && missing.empty(); }
    void Clear() {
      own.Clear();
      reporting.Clear();
      missing.Clear();
    }
  };

  void AddFlow(Measure measure, Currency currency, Nanos amount, int sign, AccountDay* facts) {
    stretch_.own.Add(measure, currency, 0, sign * amount);
    const std::optional<Nanos> converted = converter_->Convert(currency, facts->day, amount);
    if (!converted) {
      stretch_.missing.Add(measure, currency, facts->day.value(), sign);
      return;
    }
    stretch_.reporting.Add(measure, Currency(), 0, sign * *converted);
    facts->net_value += NetValueSign(measure) * *converted;
    if (currency != converter_->reporting() && amount != 0) rates_.Add(Measure{}, currency, facts->day.value(), sign);
  }

  // The few flows that figures ask single days for.
  void Note(Measure measure, Int128 amount, int sign, AccountDay* facts) const {
    switch (measure) {
      case Measure::kEvents:
        facts->events += static_cast<int64_t>(amount);
        break;
      case Measure::kInteractions:
        facts->contact |= amount > 0;
        break;
      case Measure::kVoided:
        sums_->voided += sign * static_cast<int64_t>(amount);
        break;
      case Measure::kNotUnderstood:
        sums_->not_understood += sign * static_cast<int64_t>(amount);
        break;
      default:
        break;
    }
  }

  void Place(const AccountDay& facts, int sign) const {
    std::vector<AccountDay>& days = sums_->days;
    if (sign > 0 && (days.empty() || days.back().day < facts.day)) {
      days.push_back(facts);
      return;
    }
    const auto at = std::lower_bound(days.begin(), days.end(), facts.day,
                                     [](const AccountDay& x, Day wanted) { return x.day < wanted; });
    if (sign > 0) {
      days.insert(at, facts);
    } else {
      days.erase(at);
    }
  }

  static void AddTexts(std::vector<TallyView>* entries, Tally* tally) {
    std::sort(entries->begin(), entries->end(), [](const TallyView& a, const TallyView& b) { return a.key < b.key; });
    Tally sum;
    for (size_t i = 0; i < entries->size();) {
      const TallyRef& key = (*entries)[i].key;
      Int128 amount = 0;
      for (; i < entries->size() && (*entries)[i].key == key; ++i) amount += (*entries)[i].amount;
      sum.Add(key.Key(), amount);
    }
    tally->Add(sum);
  }

  // Adds the days since the last call to the windows that hold them and to their month: days that lie in the same ones
  // are added up before, so that an entry is added once and not once a window.
  void EndStretch() {
    for (size_t i = 0; i < kWindows; ++i) {
      if (held_[i]) stretch_.AddTo(&windows_[i]);
    }
    of_month_.AddTo(&stretch_.own);
    of_month_.Clear();
    if (!stretch_.empty()) {
      const auto month = out_->months.try_emplace(month_).first;
      stretch_.AddTo(&month->second);
      if (month->second.empty()) out_->months.erase(month);
    }
    stretch_.Clear();
  }

  // What does not add up by day, worked out anew.
  void Derive() {
    for (const auto& [month, sums] : sums_->recurring) {
      const auto at = out_->months.find(month);
      at->second.Add(sums, -1);
      if (at->second.empty()) out_->months.erase(at);
    }
    sums_->recurring.clear();
    sums_->asked_rates.clear();
    out_->stock.reporting = {};
    out_->stock.missing = {};
    out_->retention = {};
    out_->accounts = {};
    ConvertStocks();
    SpreadRecurring();
    AddRetention(Measure::kInvoicedNet);
    AddRetention(Measure::kRecurring);
    ForEach(out_->stock.own, Measure::kFindings, [this](const TallyEntry& entry) {
      if (entry.amount > 0) out_->accounts.Add({.measure = Measure::kFindings}, 1);
    });
  }

  std::optional<Nanos> ConvertAsked(Currency currency, Nanos amount) {
    const std::optional<Nanos> converted = converter_->Convert(currency, asked_, amount);
    if (converted && currency != converter_->reporting() && amount != 0) sums_->asked_rates.insert(currency);
    return converted;
  }

  // Open by ageing class, unapplied, waiting and open pipeline: summed per class and currency, then converted.
  void ConvertStocks() {
    Tally classes;
    for (const TallyEntry& entry : out_->stock.own.entries()) {
      TallyKey key{.measure = entry.key.measure, .currency = entry.key.currency};
      if (key.measure == Measure::kOpen) key.number = static_cast<int64_t>(AgeingOf(entry.key.number, asked_));
      if (!key.currency.none() && key.measure != Measure::kRecurring) classes.Add(key, entry.amount);
    }
    for (const TallyEntry& entry : classes.entries()) {
      const std::optional<Nanos> converted = ConvertAsked(entry.key.currency, entry.amount);
      if (converted) {
        out_->stock.reporting.Add({.measure = entry.key.measure, .number = entry.key.number}, *converted);
      } else {
        out_->stock.missing.Add(
            {.measure = entry.key.measure, .currency = entry.key.currency, .number = asked_.value()}, 1);
      }
    }
  }

  // What recurs in each month up to the asked one, from the months in which it begins and ends.
  void SpreadRecurring() {
    std::map<Currency, Nanos> running;
    std::vector<std::pair<Month, std::pair<Currency, Nanos>>> steps;
    ForEach(out_->stock.own, Measure::kRecurring, [&steps](const TallyEntry& entry) {
      steps.push_back({Month(static_cast<int32_t>(entry.key.number)), {entry.key.currency, entry.amount}});
    });
    if (steps.empty()) return;
    std::stable_sort(steps.begin(), steps.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    auto step = steps.begin();
    for (Month month = steps.front().first; month <= MonthOf(asked_); ++month) {
      for (; step != steps.end() && step->first == month; ++step) running[step->second.first] += step->second.second;
      for (const auto& [currency, amount] : running) {
        if (amount == 0) continue;
        Sums& sums = sums_->recurring[month];
        sums.own.Add({.measure = Measure::kRecurring, .currency = currency}, amount);
        if (const std::optional<Nanos> converted = ConvertAsked(currency, amount)) {
          sums.reporting.Add({.measure = Measure::kRecurring}, *converted);
        } else {
          sums.missing.Add({.measure = Measure::kRecurring, .currency = currency, .number = asked_.value()}, 1);
        }
      }
    }
    for (const auto& [added_to, sums] : sums_->recurring) out_->months[added_to].Add(sums, 1);
  }

  // The measure's sum in the reporting currency at the rate of the asked day; nothing where a rate is missing.
  std::optional<Nanos> AtConstantRate(const Sums& sums, Measure measure) {
    std::optional<Nanos> total = 0;
    ForEach(sums.own, measure, [&](const TallyEntry& entry) {
      if (!total) return;
      const std::optional<Nanos> converted = ConvertAsked(entry.key.currency, entry.amount);
      if (converted) {
        *total += *converted;
        return;
      }
      out_->retention.Add(
          {.measure = measure, .currency = entry.key.currency, .number = asked_.value(), .text = "missing"}, 1);
      total.reset();
    });
    return total;
  }

  void AddCohort(Measure measure, int64_t period, Nanos start, Nanos end) {
    if (start <= 0) return;
    AddPart(measure, period, "cohort_start", start);
    AddPart(measure, period, "cohort_end", end);
    AddPart(measure, period, "cohort_kept", std::max<Nanos>(0, std::min(end, start)));
    AddPart(measure, period, "cohort_accounts", 1);
  }

  void AddPart(Measure measure, int64_t period, std::string_view part, Nanos amount) {
    out_->retention.Add({.measure = measure, .number = period, .text = std::string(part)}, amount);
  }

  void AddRetention(Measure measure) {
    std::map<Month, Nanos> by_month;
    for (const auto& [month, sums] : out_->months) {
      const std::optional<Nanos> amount = AtConstantRate(sums, measure);
      if (!amount) return;
      if (*amount != 0) by_month[month] = *amount;
    }
    const auto at = [&by_month](Month month) {
      const auto found = by_month.find(month);
      return found == by_month.end() ? Nanos{0} : found->second;
    };
    const Month asked = MonthOf(asked_);
    if (!by_month.empty()) {
      for (Month month = by_month.begin()->first; month <= asked; ++month) {
        AddMovement(measure, month, at(month - 1), at(month), month == by_month.begin()->first);
        AddCohort(measure, month.value(), at(month - 12), at(month));
      }
    }
    if (measure == Measure::kRecurring) {
      Nanos before = 0;
      Nanos now = 0;
      for (int32_t ago = 0; ago < 12; ++ago) {
        now += at(asked - ago);
        before += at(asked - 12 - ago);
      }
      AddCohort(measure, kTtmPeriod, before, now);
      return;
    }
    const std::optional<Nanos> before = AtConstantRate(out_->in(Window::kYearBefore), measure);
    const std::optional<Nanos> now = AtConstantRate(out_->in(Window::kTtm), measure);
    if (before && now) AddCohort(measure, kTtmPeriod, *before, *now);
  }

  void AddMovement(Measure measure, Month month, Nanos start, Nanos end, bool first) {
    AddPart(measure, month.value(), "start", start);
    AddPart(measure, month.value(), "end", end);
    if (start == 0 && end == 0) return;
    if (start == 0) {
      AddPart(measure, month.value(), first ? "new" : "reactivation", end);
    } else if (end == 0) {
      AddPart(measure, month.value(), "churn", -start);
    } else {
      AddPart(measure, month.value(), end > start ? "expansion" : "contraction", end - start);
    }
  }

  Converter* converter_;
  const Day asked_;
  AccountSums* sums_;
  Components* out_;  // of sums_
  std::array<Span, kWindows> spans_;

  // The stretch at hand: the windows that hold its days, their month, and their sums.
  std::bitset<kWindows> held_;
  Month month_;
  Gathered stretch_;
  Accumulator of_month_;  // what only its month takes

  std::array<Gathered, kWindows> windows_;
  Accumulator stock_;
  Accumulator rates_;
  // Entries that have a text.
  std::vector<TallyView> findings_;
  std::vector<TallyView> waiting_;
  std::vector<TallyView> touches_;
};

// Takes a month's days out and puts in what stands in their place, where the two differ.
bool ReplaceMonth(std::string_view before, std::string_view after, Day asked, DaySummer* summer) {
  MonthReader old(before);
  MonthReader young(after);
  bool has_old = old.Next();
  bool has_young = young.Next();
  const auto add = [&](const MonthReader& month, int sign) {
    if (month.day() <= asked) summer->Add(month.day(), month.entries(), sign);
  };
  while (has_old || has_young) {
    if (!has_young || (has_old && old.day() < young.day())) {
      add(old, -1);
      has_old = old.Next();
    } else if (!has_old || young.day() < old.day()) {
      add(young, 1);
      has_young = young.Next();
    } else {
      if (old.bytes() != young.bytes()) {
        add(old, -1);
        add(young, 1);
      }
      has_old = old.Next();
      has_young = young.Next();
    }
  }
  return old.ok() && young.ok();
}

}  // namespace

Status ReplaceMonths(std::span<const StoredMonth> before, std::span<const StoredMonth> after, Converter* converter,
                     SummedAccount* account) {
  DaySummer summer(converter, &account->sums);
  auto old = before.begin();
  auto young = after.begin();
  bool sound = true;
  while (old != before.end() || young != after.end()) {
    const bool has_old = old != before.end() && (young == after.end() || old->month <= young->month);
    const bool has_young = young != after.end() && (old == before.end() || young->month <= old->month);
    const std::string_view from = has_old ? std::string_view(old->bytes) : std::string_view();
    const std::string_view to = has_young ? std::string_view(young->bytes) : std::string_view();
    if (from != to) sound &= ReplaceMonth(from, to, converter->asked(), &summer);
    if (has_old) ++old;
    if (has_young) ++young;
  }
  if (!sound) return NoRow();
  summer.Finish();
  return OkStatus();
}

Result<SummedAccount> Sum(AccountState state, Converter* converter) {
  SummedAccount account{std::move(state), {}};
  KONTOR_RETURN_IF_ERROR(ReplaceMonths({}, account.state.months, converter, &account));
  return account;
}

size_t BytesOf(const SummedAccount& account) {
  constexpr size_t kBlock = 64;  // of a map's node, or of a string's memory
  const auto of_sums = [](const Sums& sums) {
    return (sums.own.entries().capacity() + sums.reporting.entries().capacity() + sums.missing.entries().capacity()) *
           sizeof(TallyEntry);
  };
  const Components& components = account.sums.components;
  size_t bytes = sizeof(SummedAccount) + of_sums(components.stock);
  for (const Sums& window : components.windows) bytes += of_sums(window);
  for (const auto& [month, sums] : components.months) bytes += kBlock + sizeof(Sums) + of_sums(sums);
  for (const auto& [month, sums] : account.sums.recurring) bytes += kBlock + sizeof(Sums) + of_sums(sums);
  for (const Tally* tally :
       {&components.retention, &components.accounts, &account.sums.flow_rates, &account.sums.waiting}) {
    bytes += tally->entries().capacity() * sizeof(TallyEntry);
  }
  bytes += account.sums.days.capacity() * sizeof(AccountDay) + account.sums.asked_rates.size() * kBlock;
  for (const StoredMonth& month : account.state.months) bytes += sizeof(StoredMonth) + kBlock + month.bytes.capacity();
  for (const auto* rows : {&account.state.heads, &account.state.targets}) {
    for (const EntityRow& row : *rows)
      bytes += sizeof(EntityRow) + row.statements.size() * (sizeof(Statement) + kBlock);
  }
  const auto add_text = [&bytes](const TallyEntry& entry) { bytes += entry.key.text.capacity(); };
  ForEach(components.stock.own, Measure::kFindings, add_text);
  ForEach(components.in(Window::kDays90).own, Measure::kContactTouches, add_text);
  ForEach(account.sums.waiting, Measure::kWaiting, add_text);
  return bytes;
}

size_t RenderRates(const AccountSums& sums, Converter* converter, size_t most,
                   google::protobuf::RepeatedPtrField<view::v1::UsedRate>* rates) {
  std::vector<std::pair<Day, Currency>> used;
  for (const TallyEntry& entry : sums.flow_rates.entries()) {
    used.emplace_back(static_cast<int32_t>(entry.key.number), entry.key.currency);
  }
  std::set<std::pair<Day, Currency>> others = converter->Used();
  for (const Currency currency : sums.asked_rates) others.emplace(converter->asked(), currency);
  for (const auto& [day, currency] : others) {
    if (sums.flow_rates.Get({.currency = currency, .number = day.value()}) == 0) used.emplace_back(day, currency);
  }
  const auto shown = used.begin() + static_cast<ptrdiff_t>(std::min(most, used.size()));
  std::partial_sort(used.begin(), shown, used.end());
  for (auto rate = used.begin(); rate != shown; ++rate) converter->Render(rate->second, rate->first, rates->Add());
  return used.size();
}

}  // namespace kontor
