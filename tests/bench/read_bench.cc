// Reading one account as an answer does, from the bytes of its rows to all three views: what it costs beside the store.
// And listing it among all.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <google/protobuf/arena.h>

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/check.h"
#include "engine/event/decoder.h"
#include "engine/portfolio/account_table.h"
#include "projections/account/fold.h"
#include "projections/account/map_rows.h"
#include "projections/account/month_sum.h"
#include "projections/account/voids.h"
#include "projections/growth/growth_projection.h"
#include "projections/growth/growth_view.h"
#include "projections/reading/account_sums.h"
#include "projections/reading/profile.h"
#include "projections/satisfaction/satisfaction_projection.h"
#include "projections/satisfaction/satisfaction_view.h"
#include "projections/value/value_projection.h"
#include "projections/value/value_view.h"
#include "tests/bench/workload.h"

namespace kontor {
namespace {

// Rows as a store holds them.
class StoredRows final : public RowSource {
 public:
  explicit StoredRows(std::map<std::string, std::string> rows) : rows_(rows.begin(), rows.end()) {}

  Result<std::optional<std::string>> Find(const RowKey& key) const override {
    const auto found = rows_.find(key.bytes());
    return found == rows_.end() ? std::nullopt : std::optional(found->second);
  }
  Status Scan(const std::string& prefix, const std::string& from, const VisitRow& visit) const override {
    for (auto at = rows_.lower_bound(std::max(prefix, from)); at != rows_.end() && at->first.starts_with(prefix);
         ++at) {
      visit(at->first, at->second);
    }
    return OkStatus();
  }
  size_t bytes() const {
    size_t bytes = 0;
    for (const auto& [key, value] : rows_) bytes += IsMonthKey(key) ? value.size() : 0;
    return bytes;
  }

 private:
  std::map<std::string, std::string, std::less<>> rows_;
};

// An account that has so many events over two years.
struct BusyAccount {
  explicit BusyAccount(uint64_t events) {
    bench::Workload workload(7, events, 1);
    MapRows folded;
    std::set<Identity> seen;
    for (uint64_t i = 0; i < events; ++i) {
      event::v1::Event event;
      KONTOR_CHECK(event.ParseFromString(workload.Next().value));
      if (!seen.insert(IdentityOf(event)).second) continue;
      id = AccountId(event.account_id());
      last = std::max(last, *InstantOf(event.occurred_at()));
      FoldAccepted(
          fold, event, [](const Identity&) { return nullptr; }, &folded);
      folded.EndStep();
    }
    rows = std::make_unique<StoredRows>(folded.Bytes());
  }

  ValueProjection value;
  GrowthProjection growth;
  SatisfactionProjection satisfaction;
  AccountFold fold{Zone::Utc(), {&value, &growth, &satisfaction}};
  AccountId id;
  Instant last;
  std::unique_ptr<StoredRows> rows;
};

const BusyAccount& AccountOf(uint64_t events) {
  static auto* accounts = new std::map<uint64_t, std::unique_ptr<BusyAccount>>;
  std::unique_ptr<BusyAccount>& account = (*accounts)[events];
  if (account == nullptr) account = std::make_unique<BusyAccount>(events);
  return *account;
}

AccountState StateOf(const BusyAccount& account) {
  return *ReadAccountState(account.fold, {{account.id, account.rows.get(), {}}});
}

const ReferenceState& Rates() {
  static const auto* reference = [] {
    MapRows rows;
    const AccountFold fold(Zone::Utc(), {});
    for (const bench::Workload::Record& record : bench::Workload::Rates()) {
      event::v1::Event event;
      KONTOR_CHECK(event.ParseFromString(record.value));
      FoldAccepted(
          fold, event, [](const Identity&) { return nullptr; }, &rows);
      rows.EndStep();
    }
    auto* state = new ReferenceState;
    for (const auto& [key, row] : rows.rows()) {
      const std::optional<ParsedRowKey> parsed = ParseRowKey(key);
      if (parsed->entity) state->Add(*parsed->entity, std::get<EntityRow>(row));
    }
    return state;
  }();
  return *reference;
}

void ReadState(benchmark::State& state) {
  const BusyAccount& account = AccountOf(static_cast<uint64_t>(state.range(0)));
  for (auto unused : state) benchmark::DoNotOptimize(StateOf(account));
  state.counters["month_bytes"] = static_cast<double>(account.rows->bytes());
}

void SumUp(benchmark::State& state) {
  const BusyAccount& account = AccountOf(static_cast<uint64_t>(state.range(0)));
  const AccountState read = StateOf(account);
  for (auto unused : state) {
    Converter converter(&Rates(), Currency("EUR"), account.last, account.fold.zone().LocalDay(account.last));
    benchmark::DoNotOptimize(Sum(read, &converter));
  }
}

void Render(const BusyAccount& account, const SummedAccount& read, Converter* converter, view::v1::AccountView* view) {
  const Components& components = read.sums.components;
  const Day asked = converter->asked();
  const Currency reporting = converter->reporting();
  RenderProfile(read, account.last, view->mutable_profile());
  RenderValue(components, asked, reporting, view->mutable_value());
  RenderMonths(components, reporting, view->mutable_value());
  RenderBreakEven(read.sums, view->mutable_value());
  RenderGrowth(components, asked, reporting, view->mutable_growth());
  RenderMonths(components, reporting, view->mutable_growth());
  RenderCoverage(read, account.last, converter, view->mutable_growth());
  RenderSatisfaction(components, asked, 90, view->mutable_satisfaction());
  RenderMonths(components, view->mutable_satisfaction());
  RenderContacts(read.sums, asked, view->mutable_satisfaction());
  RenderFindings(read, {}, view->mutable_findings());
  RenderRates(read.sums, converter, 100, view->mutable_used_rates());
}

void ReadAccount(const ReferenceState& reference, benchmark::State& state) {
  const BusyAccount& account = AccountOf(static_cast<uint64_t>(state.range(0)));
  const Day asked = account.fold.zone().LocalDay(account.last);
  std::string bytes;
  for (auto unused : state) {
    Converter converter(&reference, Currency("EUR"), account.last, asked);
    const SummedAccount read = *Sum(StateOf(account), &converter);
    google::protobuf::Arena arena;
    auto* view = google::protobuf::Arena::CreateMessage<view::v1::AccountView>(&arena);
    Render(account, read, &converter, view);
    view->SerializeToString(&bytes);
  }
  // The same before and after whatever makes it faster.
  state.SetLabel(std::to_string(std::hash<std::string>()(bytes)));
}

// What is kept added up is brought up to date: a day of the last month has an interaction more, or one less.
void Follow(benchmark::State& state) {
  const BusyAccount& account = AccountOf(static_cast<uint64_t>(state.range(0)));
  const Day asked = account.fold.zone().LocalDay(account.last);
  Converter made(&Rates(), Currency("EUR"), account.last, asked);
  SummedAccount kept = *Sum(StateOf(account), &made);
  StoredMonth before = kept.state.months.back();
  MonthRow more;
  more.Add(FirstDay(before.month), {.measure = Measure::kInteractions}, 1);
  StoredMonth after{before.month, {}};
  std::string added;
  EncodeMonth(more, &added);
  KONTOR_CHECK(AddMonthValues(std::array<std::string_view, 2>{before.bytes, added}, &after.bytes));
  for (auto unused : state) {
    Converter converter(&Rates(), Currency("EUR"), account.last, asked);
    KONTOR_CHECK(ReplaceMonths(std::span(&before, 1), std::span(&after, 1), &converter, &kept).ok());
    std::swap(before, after);
  }
}

void RenderAlone(benchmark::State& state) {
  const BusyAccount& account = AccountOf(static_cast<uint64_t>(state.range(0)));
  const Day asked = account.fold.zone().LocalDay(account.last);
  Converter made(&Rates(), Currency("EUR"), account.last, asked);
  const SummedAccount read = *Sum(StateOf(account), &made);
  for (auto unused : state) {
    Converter converter(&Rates(), Currency("EUR"), account.last, asked);
    google::protobuf::Arena arena;
    auto* view = google::protobuf::Arena::CreateMessage<view::v1::AccountView>(&arena);
    Render(account, read, &converter, view);
    benchmark::DoNotOptimize(view);
  }
}

view::v1::AccountView ViewOf(const BusyAccount& account) {
  Converter converter(&Rates(), Currency("EUR"), account.last, account.fold.zone().LocalDay(account.last));
  const SummedAccount read = *Sum(StateOf(account), &converter);
  view::v1::AccountView view;
  Render(account, read, &converter, &view);
  return view;
}

// What lists are ordered and filtered by, taken from a view.
void List(benchmark::State& state) {
  const view::v1::AccountView view = ViewOf(AccountOf(static_cast<uint64_t>(state.range(0))));
  for (auto unused : state) benchmark::DoNotOptimize(ListedAccountOf(view, Currency("EUR")));
}

constexpr size_t kListed = 100'000;

// So many accounts, all with figures of their own.
std::unique_ptr<AccountTable> Table(const ListedAccount& like, std::vector<AccountId>* ids) {
  auto table = std::make_unique<AccountTable>();
  ListedAccount listed = like;
  for (size_t i = 0; i < kListed; ++i) {
    ids->emplace_back(fmt::format("account-{}", i));
    for (std::optional<double>& figure : listed.figures) {
      if (figure) *figure += static_cast<double>(i);
    }
    table->Set(ids->back(), listed, {});
  }
  return table;
}

// Any account's row is put into the table of all.
void SetListed(benchmark::State& state) {
  ListedAccount listed = ListedAccountOf(ViewOf(AccountOf(50)), Currency("EUR"));
  std::vector<AccountId> ids;
  const std::unique_ptr<AccountTable> table = Table(listed, &ids);
  std::minstd_rand random(1);
  for (auto unused : state) table->Set(ids[random() % kListed], listed, {});
}

// A page of the accounts with the most of a figure.
void FirstPage(benchmark::State& state) {
  std::vector<AccountId> ids;
  const std::unique_ptr<AccountTable> table = Table(ListedAccountOf(ViewOf(AccountOf(50)), Currency("EUR")), &ids);
  for (auto unused : state) {
    benchmark::DoNotOptimize(table->List({.figure = ListedFigureOf("net_value"), .descending = true, .count = 50}));
  }
}

void AccountView(benchmark::State& state) { ReadAccount(Rates(), state); }
// Of three currencies none but the reporting one has a rate: every figure of money says so, day by day.
void AccountViewWithoutRates(benchmark::State& state) { ReadAccount({}, state); }

BENCHMARK(ReadState)->Arg(50)->Arg(5'000)->Arg(125'000)->Unit(benchmark::kMicrosecond);
BENCHMARK(SumUp)->Arg(50)->Arg(5'000)->Arg(125'000)->Unit(benchmark::kMicrosecond);
BENCHMARK(Follow)->Arg(50)->Arg(5'000)->Arg(125'000)->Unit(benchmark::kMicrosecond);
BENCHMARK(RenderAlone)->Arg(50)->Arg(5'000)->Arg(125'000)->Unit(benchmark::kMicrosecond);
BENCHMARK(List)->Arg(50)->Arg(125'000)->Unit(benchmark::kMicrosecond);
BENCHMARK(SetListed)->Unit(benchmark::kMicrosecond);
BENCHMARK(FirstPage)->Unit(benchmark::kMicrosecond);
BENCHMARK(AccountView)->Arg(50)->Arg(5'000)->Arg(125'000)->Unit(benchmark::kMicrosecond);
BENCHMARK(AccountViewWithoutRates)->Arg(50)->Arg(5'000)->Arg(125'000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace kontor
