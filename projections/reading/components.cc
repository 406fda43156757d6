#include "projections/reading/components.h"

#include <algorithm>
#include <bitset>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/check.h"

namespace kontor {
namespace {

// How a measure enters components.
enum class Role {
  kBaseFigure,  // a flow of money: windows and months, converted at the rate of its day
  kFlow,        // windows and months, in its own currency or a count
  kStock,       // what stands at the asked instant
  kTouch,       // who was in touch: the last 90 days only, by text
  kByDay,       // weighed by age at reading: the stock keeps its day
};

Role RoleOf(Measure measure) {
  switch (measure) {
    case Measure::kBooked:
    case Measure::kInvoicedNet:
    case Measure::kCollected:
    case Measure::kWrittenOff:
    case Measure::kCostOfGoods:
    case Measure::kCostToServe:
    case Measure::kDiscounts:
      return Role::kBaseFigure;
    case Measure::kOpen:
    case Measure::kUnapplied:
    case Measure::kWaiting:
    case Measure::kOpenDeals:
    case Measure::kPipeline:
    case Measure::kRecurring:
    case Measure::kMade:
    case Measure::kWithdrawnEarly:
    case Measure::kKeptInTime:
    case Measure::kRedatedDue:
    case Measure::kRedatedKept:
    case Measure::kBroken:
    case Measure::kWithdrawn:
    case Measure::kOpenCommitments:
    case Measure::kOpenIssues:
    case Measure::kFindings:
      return Role::kStock;
    case Measure::kContactTouches:
    case Measure::kDepartmentTouches:
      return Role::kTouch;
    case Measure::kSentimentSum:
    case Measure::kSentimentCount:
      return Role::kByDay;
    default:
      return Role::kFlow;
  }
}

// Sums by measure, currency and number, of many entries in any order: each is added in a few nanoseconds, and they are
// put in order once.
class Accumulator {
 public:
  void Add(Measure measure, Currency currency, int64_t number, Int128 amount) {
    if (2 * (used_.size() + 1) > slots_.size()) Grow();
    const uint64_t name = uint64_t{static_cast<uint16_t>(measure)} << 32 | currency.packed();
    Slot& slot = slots_[SlotOf(name, number)];
    if (slot.name == 0) {
      slot = {name, number, 0, measure, currency};
      used_.push_back(static_cast<uint32_t>(&slot - slots_.data()));
    }
    slot.amount += amount;
  }

  // Adds what was gathered to the tally, and is empty again.
  void MoveTo(Tally* tally) {
    std::sort(used_.begin(), used_.end(), [this](uint32_t a, uint32_t b) {
      const Slot& x = slots_[a];
      const Slot& y = slots_[b];
      if (x.measure != y.measure) return x.measure < y.measure;
      if (x.currency != y.currency) return x.currency < y.currency;
      return x.number < y.number;
    });
    for (const uint32_t at : used_) {
      Slot& slot = slots_[at];
      tally->Add({.measure = slot.measure, .currency = slot.currency, .number = slot.number}, slot.amount);
      slot = {};
    }
    used_.clear();
  }

 private:
  struct Slot {
    uint64_t name = 0;  // measure and currency; 0: empty
    int64_t number = 0;
    Int128 amount = 0;
    Measure measure{};
    Currency currency;
  };

  size_t SlotOf(uint64_t name, int64_t number) const {
    const size_t mask = slots_.size() - 1;
    uint64_t hash = (name ^ static_cast<uint64_t>(number) * 0x9E37'79B9'7F4A'7C15) * 0xBF58'476D'1CE4'E5B9;
    hash ^= hash >> 32;
    size_t at = hash & mask;
    while (slots_[at].name != 0 && (slots_[at].name != name || slots_[at].number != number)) at = (at + 1) & mask;
    return at;
  }

  void Grow() {
    std::vector<Slot> before(slots_.empty() ? 64 : 2 * slots_.size());
    before.swap(slots_);
    for (uint32_t& at : used_) {
      const Slot& slot = before[at];
      const size_t to = SlotOf(slot.name, slot.number);
      slots_[to] = slot;
      at = static_cast<uint32_t>(to);
    }
  }

  std::vector<Slot> slots_;  // open addressing, a power of two, at most half full
  std::vector<uint32_t> used_;
};

class Builder {
 public:
  Builder(Converter* converter, Components* out) : converter_(converter), asked_(converter->asked()), out_(out) {
    for (size_t i = 0; i < kWindows; ++i) spans_[i] = SpanOf(static_cast<Window>(i), asked_);
  }

  // Requires: days rise, and live until Finish.
  void AddDay(const DayTally& day) {
    std::bitset<kWindows> held;
    for (size_t i = 0; i < kWindows; ++i) held[i] = spans_[i].Holds(day.day);
    const Month month = MonthOf(day.day);
    if (held != held_ || month != month_) {
      EndStretch();
      held_ = held;
      month_ = month;
    }
    const std::vector<TallyEntry>& entries = day.tally.entries();
    for (size_t i = 0; i < entries.size();) {
      const TallyEntry& entry = entries[i];
      const TallyKey& key = entry.key;
      size_t next = i + 1;
      switch (RoleOf(key.measure)) {
        case Role::kBaseFigure: {
          // Kinds of one figure are one amount: it is rounded once.
          Nanos amount = entry.amount;
          while (next < entries.size() && entries[next].key.measure == key.measure &&
                 entries[next].key.currency == key.currency) {
            amount += entries[next++].amount;
          }
          AddFlow(key.measure, key.currency, day.day, amount);
          break;
        }
        case Role::kFlow:
          own_.Add(key.measure, key.currency, key.number, entry.amount);
          break;
        case Role::kStock:
          if (key.text.empty()) {
            stock_.Add(key.measure, key.currency, key.number, entry.amount);
          } else {
            findings_.push_back(&entry);
          }
          break;
        case Role::kTouch:
          if (held_[static_cast<size_t>(Window::kDays90)]) touches_.push_back(&entry);
          break;
        case Role::kByDay:
          stock_.Add(key.measure, Currency(), day.day.value(), entry.amount);
          of_month_.Add(key.measure, Currency(), 0, entry.amount);
          break;
      }
      i = next;
    }
  }

  void Finish() {
    EndStretch();
    out_->stock.own.Add(SumOf(&findings_));
    stock_.MoveTo(&out_->stock.own);
    out_->in(Window::kDays90).own.Add(SumOf(&touches_));
    ConvertStocks();
    SpreadRecurring();
    AddRetention(Measure::kInvoicedNet);
    AddRetention(Measure::kRecurring);
    std::erase_if(out_->months, [](const auto& month) { return month.second.empty(); });
    for (const TallyEntry& entry : out_->stock.own.entries()) {
      if (entry.key.measure == Measure::kFindings && entry.amount > 0) {
        out_->accounts.Add({.measure = Measure::kFindings}, 1);
      }
    }
  }

 private:
  void AddFlow(Measure measure, Currency currency, Day day, Nanos amount) {
    own_.Add(measure, currency, 0, amount);
    if (const std::optional<Nanos> converted = converter_->Convert(currency, day, amount)) {
      reporting_.Add(measure, Currency(), 0, *converted);
    } else {
      missing_.Add(measure, currency, day.value(), 1);
    }
  }

  static Tally SumOf(std::vector<const TallyEntry*>* entries) {
    std::sort(entries->begin(), entries->end(),
              [](const TallyEntry* a, const TallyEntry* b) { return a->key < b->key; });
    Tally sum;
    for (size_t i = 0; i < entries->size();) {
      const TallyKey& key = (*entries)[i]->key;
      Int128 amount = 0;
      for (; i < entries->size() && (*entries)[i]->key == key; ++i) amount += (*entries)[i]->amount;
      sum.Add(key, amount);
    }
    return sum;
  }

  // Adds the days since the last call to the windows that hold them and to their month: days that lie in the same ones
  // are added up before, so that an entry is added once and not once a window.
  void EndStretch() {
    Sums stretch;
    own_.MoveTo(&stretch.own);
    reporting_.MoveTo(&stretch.reporting);
    missing_.MoveTo(&stretch.missing);
    for (size_t i = 0; i < kWindows; ++i) {
      if (held_[i]) out_->windows[i].Add(stretch, 1);
    }
    of_month_.MoveTo(&stretch.own);
    if (!stretch.empty()) out_->months[month_].Add(stretch, 1);
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
      const std::optional<Nanos> converted = converter_->Convert(entry.key.currency, asked_, entry.amount);
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
    for (const TallyEntry& entry : out_->stock.own.entries()) {
      if (entry.key.measure != Measure::kRecurring) continue;
      steps.push_back({Month(static_cast<int32_t>(entry.key.number)), {entry.key.currency, entry.amount}});
    }
    if (steps.empty()) return;
    std::stable_sort(steps.begin(), steps.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    auto step = steps.begin();
    for (Month month = steps.front().first; month <= MonthOf(asked_); ++month) {
      for (; step != steps.end() && step->first == month; ++step) running[step->second.first] += step->second.second;
      for (const auto& [currency, amount] : running) {
        if (amount == 0) continue;
        Sums& sums = out_->months[month];
        sums.own.Add({.measure = Measure::kRecurring, .currency = currency}, amount);
        if (const std::optional<Nanos> converted = converter_->Convert(currency, asked_, amount)) {
          sums.reporting.Add({.measure = Measure::kRecurring}, *converted);
        } else {
          sums.missing.Add({.measure = Measure::kRecurring, .currency = currency, .number = asked_.value()}, 1);
        }
      }
    }
  }

  // The measure's sum in the reporting currency at the rate of the asked day; nothing where a rate is missing.
  std::optional<Nanos> AtConstantRate(const Sums& sums, Measure measure) {
    Nanos total = 0;
    for (const TallyEntry& entry : sums.own.entries()) {
      if (entry.key.measure != measure) continue;
      const std::optional<Nanos> converted = converter_->Convert(entry.key.currency, asked_, entry.amount);
      if (!converted) {
        out_->retention.Add(
            {.measure = measure, .currency = entry.key.currency, .number = asked_.value(), .text = "missing"}, 1);
        return std::nullopt;
      }
      total += *converted;
    }
    return total;
  }

  void AddCohort(Measure measure, int64_t period, Nanos start, Nanos end) {
    if (start <= 0) return;
    AddPart(measure, period, "cohort_start", start);
    AddPart(measure, period, "cohort_end", end);
    AddPart(measure, period, "cohort_kept", std::max<Nanos>(0, std::min(end, start)));
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
      AddCohort(measure, kTtmPeriod, at(asked - 12), at(asked));
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
  Day asked_;
  Components* out_;
  std::array<Span, kWindows> spans_;

  // The stretch at hand: the windows that hold its days, their month, and their sums.
  std::bitset<kWindows> held_;
  Month month_;
  Accumulator own_;
  Accumulator of_month_;  // what only its month takes
  Accumulator reporting_;
  Accumulator missing_;

  Accumulator stock_;
  // Entries that have a text, of the days' tallies.
  std::vector<const TallyEntry*> findings_;
  std::vector<const TallyEntry*> touches_;
};

}  // namespace

Span SpanOf(Window window, Day asked) {
  const auto months = [asked](int32_t from, int32_t to) { return Span{AddMonths(asked, from), AddMonths(asked, to)}; };
  const auto days = [asked](int32_t windows_ago) {
    return Span{asked - 90 * (windows_ago + 1), asked - 90 * windows_ago};
  };
  switch (window) {
    case Window::kLifetime:
      return {Day(INT32_MIN), asked};
    case Window::kTtm:
      return months(-12, 0);
    case Window::kYearBefore:
      return months(-24, -12);
    case Window::kThreeYearsAgo:
      return months(-48, -36);
    case Window::kFiveYearsAgo:
      return months(-72, -60);
    case Window::kDays90:
      return days(0);
    case Window::kDays90Before1:
      return days(1);
    case Window::kDays90Before2:
      return days(2);
    case Window::kDays90Before3:
      return days(3);
    case Window::kDays90Before4:
      return days(4);
  }
  return {};
}

Ageing AgeingOf(int64_t due_day, Day asked) {
  if (due_day == kNoDueDay) return Ageing::kNoDueDate;
  const int64_t past = asked.value() - due_day;
  if (past <= 0) return Ageing::kNotDue;
  if (past <= 30) return Ageing::kDays1To30;
  if (past <= 60) return Ageing::kDays31To60;
  if (past <= 90) return Ageing::kDays61To90;
  return Ageing::kDaysOver90;
}

void Sums::Add(const Sums& other, int sign) {
  own.Add(other.own, sign);
  reporting.Add(other.reporting, sign);
  missing.Add(other.missing, sign);
}

void Components::Add(const Components& other, int sign) {
  for (size_t i = 0; i < kWindows; ++i) windows[i].Add(other.windows[i], sign);
  stock.Add(other.stock, sign);
  for (const auto& [month, sums] : other.months) {
    const auto at = months.try_emplace(month).first;
    at->second.Add(sums, sign);
    if (at->second.empty()) months.erase(at);
  }
  retention.Add(other.retention, sign);
  accounts.Add(other.accounts, sign);
}

void Encode(const Components& components, std::string* bytes) {
  ByteWriter writer(bytes);
  const auto put = [&writer](const Sums& sums) {
    sums.own.Encode(&writer);
    sums.reporting.Encode(&writer);
    sums.missing.Encode(&writer);
  };
  for (const Sums& sums : components.windows) put(sums);
  put(components.stock);
  writer.Varint(components.months.size());
  for (const auto& [month, sums] : components.months) {
    writer.Signed(month.value());
    put(sums);
  }
  components.retention.Encode(&writer);
  components.accounts.Encode(&writer);
}

Components DecodeComponents(std::string_view bytes) {
  Components components;
  ByteReader reader(bytes);
  const auto take = [&reader](Sums* sums) {
    KONTOR_CHECK(sums->own.Decode(&reader) && sums->reporting.Decode(&reader) && sums->missing.Decode(&reader));
  };
  for (Sums& sums : components.windows) take(&sums);
  take(&components.stock);
  for (uint64_t months = reader.Varint(); months > 0; --months) {
    take(&components.months[Month(static_cast<int32_t>(reader.Signed()))]);
  }
  KONTOR_CHECK(components.retention.Decode(&reader) && components.accounts.Decode(&reader) && reader.AtEnd());
  return components;
}

Components ComponentsOf(const AccountState& state, Converter* converter) {
  Components components;
  Builder builder(converter, &components);
  for (const DayTally& day : state.days) builder.AddDay(day);
  builder.Finish();
  if (state.known()) components.accounts.Add({.measure = Measure::kEvents}, 1);
  return components;
}

}  // namespace kontor
