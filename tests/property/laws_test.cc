// The laws of every view, over seeded random histories. A failing case prints its seed; KONTOR_SEED runs that one
// alone.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/event/decoder.h"
#include "projections/account/fold.h"
#include "projections/account/map_rows.h"
#include "projections/account/voids.h"
#include "projections/growth/growth_projection.h"
#include "projections/reading/account_state.h"
#include "projections/reading/account_sums.h"
#include "projections/satisfaction/satisfaction_projection.h"
#include "projections/value/value_projection.h"
#include "tests/property/history.h"
#include "tests/views/map_source.h"

namespace kontor {
namespace {

using event::v1::Event;
using Events = std::vector<Event>;

const AccountId kAcme("acme");

class LawsTest : public ::testing::Test {
 protected:
  static std::vector<uint64_t> Seeds() {
    if (const char* seed = std::getenv("KONTOR_SEED")) return {std::strtoull(seed, nullptr, 10)};
    std::vector<uint64_t> seeds;
    for (uint64_t seed = 1; seed <= 150; ++seed) seeds.push_back(seed);
    return seeds;
  }

  // Folds what is accepted next, as a shard does: later identities find earlier ones.
  void FoldAll(const Events& events, MapRows* rows) {
    std::map<Identity, const Event*> accepted;
    for (const Event& event : events) {
      accepted[IdentityOf(event)] = &event;
      FoldAccepted(
          fold_, event,
          [&accepted](const Identity& identity) {
            const auto found = accepted.find(identity);
            return found == accepted.end() ? nullptr : found->second;
          },
          rows);
    }
  }
  std::map<std::string, std::string> Folded(const Events& events) {
    MapRows rows;
    FoldAll(events, &rows);
    return rows.Bytes();
  }

  static Instant AtOf(const Event& event) { return *InstantOf(event.occurred_at()); }

  // Those that no void reaches.
  static Events Resolved(const Events& events) {
    std::map<Identity, bool> is_void;
    for (const Event& event : events) is_void[IdentityOf(event)] = event.has_event_voided();
    std::set<Identity> voided;
    for (const Event& event : events) {
      if (!event.has_event_voided()) continue;
      const Identity target{Source(event.event_voided().target_source()),
                            EventId(event.event_voided().target_event_id())};
      const auto known = is_void.find(target);
      if (known != is_void.end() && !known->second) voided.insert(target);
    }
    Events resolved;
    for (const Event& event : events) {
      if (!voided.contains(IdentityOf(event))) resolved.push_back(event);
    }
    return resolved;
  }

  AccountState ReadAt(const std::vector<std::pair<AccountId, const MapRows*>>& parts, const Events& events, Instant t) {
    std::vector<std::unique_ptr<MapSource>> sources;
    std::vector<AccountPart> read;
    const Day asked = fold_.zone().LocalDay(t);
    for (const auto& [account, rows] : parts) {
      sources.push_back(std::make_unique<MapSource>(rows));
      AccountPart part{account, sources.back().get(), {}};
      for (const Event& event : events) {
        const bool later = AtOf(event) > t && fold_.zone().LocalDay(AtOf(event)) == asked;
        if (later && event.account_id() == account.value()) part.later.push_back({&event, true});
      }
      read.push_back(std::move(part));
    }
    Result<AccountState> state = ReadAccountState(fold_, read);
    EXPECT_TRUE(state.ok()) << state.status();
    return *std::move(state);
  }

  // The days up to t's.
  std::vector<DayTally> DaysAt(const std::vector<std::pair<AccountId, const MapRows*>>& parts, const Events& events,
                               Instant t) {
    std::vector<DayTally> days;
    for (const StoredMonth& month : ReadAt(parts, events, t).months) {
      const std::optional<MonthRow> row = DecodeMonth(month.bytes);
      EXPECT_TRUE(row.has_value());
      for (const DayTally& day : row->days) {
        if (day.day <= fold_.zone().LocalDay(t)) days.push_back(day);
      }
    }
    return days;
  }

  // Rates of the US dollar, one every five days, so that one is always young enough; no two alike.
  static const ReferenceState& Rates() {
    static const auto* const kRates = [] {
      auto* rates = new ReferenceState;
      int64_t nanos = 871'234'567;
      for (Day day = *DayOf({2022, 12, 31}); day < *DayOf({2026, 6, 1}); day = day + 5) {
        Statement published;
        published.at = Zone::Utc().StartOf(day);
        published.source = "ecb";
        published.event_id = "r";
        published.kind = StatementKind::kRatePublished;
        published.amount = nanos += 1'234'567;
        published.day = day;
        rates->Add({EntityKind::kRate, "", "USD/EUR " + DayText(day)}, EntityRow{{published}});
      }
      return rates;
    }();
    return *kRates;
  }

  // Every other seed knows what a dollar is worth.
  static bool KnowsRates(uint64_t seed) { return seed % 2 == 0; }
  Components ComponentsAt(const MapRows& rows, const Events& events, uint64_t seed, Instant t) {
    const ReferenceState none;
    Converter converter(KnowsRates(seed) ? &Rates() : &none, Currency("EUR"), t, fold_.zone().LocalDay(t));
    return Sum(ReadAt({{kAcme, &rows}}, events, t), &converter)->sums.components;
  }

  // The days without the counts of what is told of voids, which have no instant in the world.
  static std::vector<DayTally> Facts(const std::vector<DayTally>& days) {
    std::vector<DayTally> facts;
    for (const DayTally& day : days) {
      DayTally left{day.day, {}};
      for (const TallyEntry& entry : day.tally.entries()) {
        const bool of_voids = entry.key.measure == Measure::kVoided || entry.key.measure == Measure::kEvents ||
                              entry.key.text.starts_with("void_names");
        if (!of_voids) left.tally.Add(entry.key, entry.amount);
      }
      if (!left.tally.empty()) facts.push_back(left);
    }
    return facts;
  }

  static std::string Print(const std::vector<DayTally>& days) {
    std::string text;
    for (const DayTally& day : days) {
      for (const TallyEntry& entry : day.tally.entries()) {
        text +=
            fmt::format("{} measure {} {} number {} '{}': {}\n", DayText(day.day), static_cast<int>(entry.key.measure),
                        entry.key.currency.code(), entry.key.number, entry.key.text, IntegerText(entry.amount));
      }
    }
    return text;
  }

  ValueProjection value_;
  GrowthProjection growth_;
  SatisfactionProjection satisfaction_;
  AccountFold fold_{*Zone::Load("Europe/Berlin"), {&value_, &growth_, &satisfaction_}};
};

TEST_F(LawsTest, Law1ReplayGivesTheSameBytesForAnySplitIntoBatches) {
  for (const uint64_t seed : Seeds()) {
    const Events events = RandomHistory(seed, {});
    // A restart between two batches: rows come back from their bytes.
    MapRows rows;
    std::map<Identity, const Event*> accepted;
    for (size_t i = 0; i < events.size(); ++i) {
      if (i % (seed % 7 + 1) == 0) rows = MapRows::FromBytes(rows.Bytes());
      accepted[IdentityOf(events[i])] = &events[i];
      FoldAccepted(
          fold_, events[i],
          [&accepted](const Identity& identity) {
            const auto found = accepted.find(identity);
            return found == accepted.end() ? nullptr : found->second;
          },
          &rows);
    }
    ASSERT_EQ(rows.Bytes(), Folded(events)) << "seed " << seed;
  }
}

TEST_F(LawsTest, Law2ArrivalOrderChangesNothing) {
  for (const uint64_t seed : Seeds()) {
    const Events events = RandomHistory(seed, {});
    const auto expected = Folded(events);
    for (uint64_t shuffle = 1; shuffle <= 3; ++shuffle) {
      ASSERT_EQ(Folded(Shuffled(events, seed * 10 + shuffle)), expected) << "seed " << seed << ", shuffle " << shuffle;
    }
  }
}

TEST_F(LawsTest, Law4TakingEverythingOutLeavesNothing) {
  for (const uint64_t seed : Seeds()) {
    const Events events = RandomHistory(seed, {.voids = false});
    MapRows rows;
    for (const Event& event : events) fold_.Fold(event, true, 1, kAcme, &rows);
    for (const Event& event : Shuffled(events, seed)) fold_.Fold(event, true, -1, kAcme, &rows);
    ASSERT_TRUE(rows.Bytes().empty()) << "seed " << seed;
  }
}

TEST_F(LawsTest, AVoidedEventContributesNothingAsIfItNeverWas) {
  for (const uint64_t seed : Seeds()) {
    const Events events = RandomHistory(seed, {});
    const Instant t = kInstantMax - 1'000'000'000'000'000;
    MapRows with;
    FoldAll(events, &with);
    MapRows without;
    for (const Event& event : Resolved(events)) {
      if (!event.has_event_voided()) fold_.Fold(event, true, 1, kAcme, &without);
    }
    const auto got = Facts(DaysAt({{kAcme, &with}}, events, t));
    const auto expected = Facts(DaysAt({{kAcme, &without}}, {}, t));
    ASSERT_EQ(Print(got), Print(expected)) << "seed " << seed;
  }
}

TEST_F(LawsTest, Law4AsOfIsTheFoldOfWhatHadOccurred) {
  for (const uint64_t seed : Seeds()) {
    const Events events = RandomHistory(seed, {.days = static_cast<int>(20 + seed * 5)});
    MapRows all;
    FoldAll(events, &all);
    for (size_t i = 0; i < events.size(); i += 5) {
      const Instant t = AtOf(events[i]) - static_cast<int64_t>(seed % 2);
      MapRows past;
      for (const Event& event : Resolved(events)) {
        if (AtOf(event) <= t && !event.has_event_voided()) fold_.Fold(event, true, 1, kAcme, &past);
      }
      const auto got = Facts(DaysAt({{kAcme, &all}}, events, t));
      const auto expected = Facts(DaysAt({{kAcme, &past}}, {}, kInstantMax - 1'000'000'000'000'000));
      ASSERT_EQ(Print(got), Print(expected)) << "seed " << seed << " at " << InstantText(t);
    }
  }
}

TEST_F(LawsTest, Law4ConvertedFiguresAtAnInstantAreThoseOfWhatHadOccurred) {
  for (const uint64_t seed : Seeds()) {
    const Events events = RandomHistory(seed, {.voids = false});
    MapRows all;
    for (const Event& event : events) fold_.Fold(event, true, 1, kAcme, &all);
    for (size_t i = 0; i < events.size(); i += 7) {
      const Instant t = AtOf(events[i]);
      MapRows past;
      for (const Event& event : events) {
        if (AtOf(event) <= t) fold_.Fold(event, true, 1, kAcme, &past);
      }
      const Components got = ComponentsAt(all, events, seed, t);
      ASSERT_EQ(got, ComponentsAt(past, {}, seed, t)) << "seed " << seed << " at " << InstantText(t);
      if (KnowsRates(seed)) {
        ASSERT_TRUE(got.in(Window::kLifetime).missing.empty() && got.stock.missing.empty()) << "seed " << seed;
      }
    }
  }
}

TEST_F(LawsTest, Law4MergedAccountsReadAsOneFoldOverAll) {
  for (const uint64_t seed : Seeds()) {
    Events events = RandomHistory(seed, {.voids = false});
    MapRows one;
    for (const Event& event : events) fold_.Fold(event, true, 1, kAcme, &one);
    const std::vector<AccountId> ids = {kAcme, AccountId("bolt"), AccountId("corp")};
    std::vector<MapRows> parts(ids.size());
    for (size_t i = 0; i < events.size(); ++i) {
      // Each account opens and closes for itself: what is said once of each contradicts nothing.
      const bool of_head = events[i].has_account_opened() || events[i].has_account_closed();
      const size_t part = of_head ? 0 : (seed + i * i) % ids.size();
      events[i].set_account_id(ids[part].value());
      fold_.Fold(events[i], true, 1, ids[part], &parts[part]);
    }
    const Instant t = AtOf(events[events.size() / 2]);
    const auto got = DaysAt({{ids[0], &parts[0]}, {ids[1], &parts[1]}, {ids[2], &parts[2]}}, events, t);
    for (Event& event : events) event.set_account_id(kAcme.value());
    const auto expected = DaysAt({{kAcme, &one}}, events, t);
    ASSERT_EQ(Print(got), Print(expected)) << "seed " << seed;
  }
}

TEST_F(LawsTest, Law4ComponentsAddUpOverAccounts) {
  for (const uint64_t seed : Seeds()) {
    const auto of = [&](uint64_t s) {
      const Events events = RandomHistory(s, {.voids = false});
      MapRows rows;
      for (const Event& event : events) fold_.Fold(event, true, 1, kAcme, &rows);
      return ComponentsAt(rows, events, seed, *ParseInstant("2025-06-15T12:00:00Z"));
    };
    const Components a = of(seed);
    const Components b = of(seed + 1'000);
    Components sum = a;
    sum.Add(b, 1);
    sum.Add(a, -1);
    ASSERT_EQ(sum, b) << "seed " << seed;
  }
}

TEST_F(LawsTest, MovementsCloseStartPlusMovementsIsEnd) {
  for (const uint64_t seed : Seeds()) {
    const Events events = RandomHistory(seed, {.voids = false});
    MapRows rows;
    for (const Event& event : events) fold_.Fold(event, true, 1, kAcme, &rows);
    const Components components = ComponentsAt(rows, events, seed, *ParseInstant("2026-01-15T12:00:00Z"));
    std::map<std::pair<Measure, int64_t>, Nanos> rest;
    for (const TallyEntry& entry : components.retention.entries()) {
      const std::string& part = entry.key.text;
      ASSERT_FALSE(part == "missing" && KnowsRates(seed)) << "seed " << seed;
      if (part == "missing" || part.starts_with("cohort")) continue;
      rest[{entry.key.measure, entry.key.number}] += part == "end" ? -entry.amount : entry.amount;
    }
    for (const auto& [period, amount] : rest) ASSERT_EQ(amount, 0) << "seed " << seed << ", month " << period.second;
  }
}

}  // namespace
}  // namespace kontor
