#include "tools/kontor/watch_frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "tools/kontor/charts.h"
#include "tools/kontor/table.h"
#include "tools/kontor/text.h"
#include "tools/kontor/view_blocks.h"

namespace kontor {
namespace {

constexpr int kWidth = 80;        // where the console does not tell
constexpr int kWide = 96;         // from here on there is room for more columns
constexpr int kLinesAround = 16;  // of a frame, those that are no account
constexpr int kFactNames = 10;    // columns before what is said of the portfolio
constexpr int kMonths = 12;
constexpr size_t kRatesMax = 30;
constexpr size_t kRatesToJudgeBy = 10;
constexpr double kSecondsLeftMin = 2;  // what is read sooner is no catching up
constexpr std::chrono::seconds kJustNow{2};

using Line = std::pair<std::string, Style>;

// Pieces side by side, the last one at the right edge.
std::string Edges(const std::vector<Line>& left, const Line& right, const Console& console) {
  std::string text;
  const std::string last = Truncated(right.first, console.width - 1);
  int used = DisplayWidth(last) + 1;
  for (const auto& [piece, style] : left) {
    const std::string fitted = Truncated(piece, std::max(0, console.width - used));
    text += console.Styled(fitted, style);
    used += DisplayWidth(fitted);
  }
  text.append(static_cast<size_t>(std::max(1, console.width - used + 1)), ' ');
  return text + console.Styled(last, right.second);
}

Line StateOf(const WatchPicture& picture) {
  int failed = 0;
  for (const api::v1::ShardSummary& shard : picture.shards.shards()) {
    failed += shard.state() == api::v1::SHARD_STATE_FAILED ? 1 : 0;
  }
  if (!picture.trouble.ok()) return {"● no answer", Style::kBad};
  if (failed > 0) return {fmt::format("● {} failed", failed), Style::kBad};
  if (!picture.portfolio.settled()) return {"● renewing totals", Style::kWarning};
  return {"● live", Style::kGood};
}

std::string HeadText(const WatchPicture& picture, const Console& console) {
  std::vector<Line> left = {{"Kontor", Style::kBold}, {"  " + Printable(picture.server), Style::kPlain}};
  if (picture.has_figures) left.emplace_back("  " + TimeText(picture.portfolio.basis().now()), Style::kDim);
  std::string rule;
  for (int i = 0; i < console.width; ++i) rule += "─";
  return Edges(left, StateOf(picture), console) + "\n" + console.Styled(rule, Style::kDim) + "\n";
}

// ", 3 min left", while what Kafka has takes that long at the rate of late; else nothing.
std::string LeftText(const WatchPicture& picture, int64_t lag) {
  const size_t looks = std::min(picture.rates.size(), kRatesToJudgeBy);
  const double sum =
      std::accumulate(picture.rates.end() - static_cast<std::ptrdiff_t>(looks), picture.rates.end(), 0.0);
  if (sum <= 0) return "";
  const double seconds = static_cast<double>(lag) * static_cast<double>(looks) / sum;
  return seconds < kSecondsLeftMin ? "" : fmt::format(", {} left", DurationText(seconds));
}

// The first that has room; where none has, the last one cut off.
std::string FirstThatFits(const std::vector<std::string>& texts, int room) {
  for (const std::string& text : texts) {
    if (DisplayWidth(text) <= room) return text;
  }
  return Truncated(texts.back(), room);
}

// How fast records come, and how far behind their topic the shards are.
std::string FlowText(const WatchPicture& picture, const Console& console) {
  uint64_t records = 0;
  int64_t lag = 0;
  int running = 0;
  bool lag_known = true;
  for (const api::v1::ShardSummary& shard : picture.shards.shards()) {
    records += shard.position();
    lag += std::max<int64_t>(0, shard.lag());
    lag_known = lag_known && shard.lag() >= 0;
    running += shard.state() == api::v1::SHARD_STATE_RUNNING ? 1 : 0;
  }
  const std::string rate = picture.rates.empty() ? std::string(kUnknown) : NumberText(picture.rates.back(), 0);
  const std::string head = fmt::format("{:>9} events/s", rate);
  const int beside = std::max(0, console.width - DisplayWidth(head) - 2);  // where the shards stand has so many columns
  const std::string behind =
      lag_known ? "lag " + CountText(lag) + LeftText(picture, lag) : fmt::format("lag {}", kUnknown);
  const std::string shards = fmt::format("{}, {} of {} shards running", behind, running, picture.shards.shards_size());
  const std::string where = FirstThatFits(
      {fmt::format("{} records, {}", CountText(static_cast<int64_t>(records)), shards), shards, behind}, beside);
  const int room = beside - DisplayWidth(where) - 2;
  const size_t shown = std::min({picture.rates.size(), kRatesMax, static_cast<size_t>(std::max(0, room))});
  const Series rates(picture.rates.end() - static_cast<std::ptrdiff_t>(shown), picture.rates.end());
  return Edges({{head, Style::kBold}, {"  " + Sparkline(rates), Style::kGood}},
               {where, !lag_known || lag > 0 ? Style::kWarning : Style::kDim}, console) +
         "\n";
}

std::string TotalsText(const view::v1::PortfolioView& portfolio, const Console& console) {
  const std::string& currency = portfolio.basis().reporting_currency();
  const view::v1::ValueView& value = portfolio.value();
  const Month last = MonthRead(portfolio.basis());
  Table table({Left("Totals, " + currency), Right("Lifetime"), Right("12 months"), Right("On year"),
               Spare(Left("Month by month"))});
  const auto add = [&](const char* name, const view::v1::PeriodAmount& amount, const std::string& on_year,
                       const view::v1::Amount& (view::v1::ValueMonth::*figure)() const, Style style = Style::kPlain) {
    const Series series =
        MonthSeries(value.months(), last, kMonths, [&](const auto& m) { return Units((m.*figure)()); });
    table.Add({Cell(name, style), Cell(ReportingText(amount.lifetime()), style),
               Cell(ReportingText(amount.ttm()), style), on_year, Cell(Sparkline(series), Style::kGood)});
  };
  const view::v1::GrowthView& growth = portfolio.growth();
  add("Booked", value.booked(), PercentText(growth.booked().year_on_year()), &view::v1::ValueMonth::booked);
  add("Invoiced net", value.invoiced_net(), PercentText(growth.invoiced_net().year_on_year()),
      &view::v1::ValueMonth::invoiced_net);
  add("Collected", value.collected(), PercentText(growth.collected().year_on_year()), &view::v1::ValueMonth::collected);
  add("Net value", value.net_value(), "", &view::v1::ValueMonth::net_value, Style::kBold);
  return table.Text(console);
}

std::string FactsText(const WatchPicture& picture, const Console& console) {
  const view::v1::PortfolioView& portfolio = picture.portfolio;
  const view::v1::ValueView& value = portfolio.value();
  const std::optional<double> overdue = ShareOf(value.overdue(), value.open());
  const view::v1::Commitments& promises = portfolio.satisfaction().commitments();
  const view::v1::Nps& nps = portfolio.satisfaction().nps();
  int64_t refused = 0;
  for (const api::v1::ShardSummary& shard : picture.shards.shards()) refused += shard.rejected() + shard.conflicts();
  const std::string open = fmt::format("{}, overdue {}", ReportingText(value.open()), ReportingText(value.overdue()));
  const std::string share = overdue ? fmt::format("{:.0f} %", *overdue * 100) : "";
  const std::string kept = PercentText(promises.kept_rate()) + " kept in time";
  const std::string score = nps.has_value() ? fmt::format("NPS {}", NumberText(nps.value(), 0)) : "";
  const auto joined = [](const std::string& a, std::string_view gap, const std::string& b) {
    return b.empty() ? a : fmt::format("{}{}{}", a, gap, b);
  };
  Facts facts;
  // A picture is left out before a line would break.
  const auto add = [&](const char* name, const std::string& drawn, const std::string& plain) {
    facts.Add(name, FirstThatFits({drawn, plain}, console.width - kFactNames));
  };
  add("Open", overdue ? fmt::format("{}  {} {}", open, Bar(overdue, kBarWidth), share) : open,
      joined(open, ", ", share));
  add("Promises", joined(WithPicture(kept, Bar(promises.kept_rate(), kBarWidth)), "  ", score),
      joined(kept, ", ", score));
  const auto accounts = [&](const char* key_accounts) {
    return fmt::format("{}, {} {}; findings: {}", CountText(portfolio.accounts()), CountText(portfolio.key_accounts()),
                       key_accounts, CountText(portfolio.findings()));
  };
  add("Accounts", accounts("of them key accounts"), accounts("key"));
  if (refused > 0) {
    facts.Add("Refused", fmt::format("{} since it started: kontor rejected lists them", CountText(refused)));
  }
  return facts.Text(console);
}

std::string Ago(const WatchedAccount& account, WatchTime now) {
  if (!account.moved) return std::string(kUnknown);
  const std::chrono::duration<double> since = now - *account.moved;
  return since < std::chrono::seconds(1) ? "now" : DurationText(since.count());
}

// A figure that the last reading changed stands out for a moment.
Cell Moving(const std::string& now, const std::string& before, bool just_now, Style style = Style::kPlain) {
  return {now, just_now && now != before ? Style::kBold : style};
}

std::string AccountsText(const WatchPicture& picture, WatchTime now, const Console& console) {
  const view::v1::Basis& basis = picture.portfolio.basis();
  const bool wide = console.width >= kWide;
  std::vector<Column> columns = {Words("Account"), Words("Name"), Right("12 months"), Spare(Left("Invoiced, by month")),
                                 Right("Overdue")};
  if (wide) columns.insert(columns.end(), {Right("On year"), Right("Kept")});
  columns.push_back(Right("Moved"));
  Table table(std::move(columns));
  for (const WatchedAccount& account : picture.accounts) {
    const view::v1::AccountView& view = account.now;
    const view::v1::AccountView& before = account.before;
    const bool just_now = account.moved && now - *account.moved < kJustNow && before.has_value();
    const Series months = MonthSeries(view.value().months(), MonthRead(basis), kMonths,
                                      [](const auto& month) { return Units(month.invoiced_net()); });
    std::vector<Cell> row = {
        Cell(account.id, view.profile().key_account() ? Style::kBold : Style::kPlain), view.profile().name(),
        Moving(ReportingText(view.value().net_value().ttm()), ReportingText(before.value().net_value().ttm()),
               just_now),
        Cell(Sparkline(months), Style::kGood),
        Moving(ReportingText(view.value().overdue()), ReportingText(before.value().overdue()), just_now,
               view.value().overdue().by_currency_size() > 0 ? Style::kBad : Style::kPlain)};
    if (wide) {
      const auto on_year = [](const view::v1::AccountView& v) {
        return PercentText(v.growth().invoiced_net().year_on_year());
      };
      const auto kept = [](const view::v1::AccountView& v) {
        return PercentText(v.satisfaction().commitments().kept_rate());
      };
      row.push_back(Moving(on_year(view), on_year(before), just_now));
      row.push_back(Moving(kept(view), kept(before), just_now));
    }
    row.emplace_back(Ago(account, now), account.moved ? Style::kPlain : Style::kDim);
    table.Add(std::move(row));
  }
  return table.empty() ? "No accounts yet.\n" : table.Text(console);
}

}  // namespace

std::vector<std::string> WatchLines(const WatchPicture& picture, WatchTime now, int height, const Console& console) {
  Console fitting = console;
  if (fitting.width == 0) fitting.width = kWidth;
  std::string text = HeadText(picture, fitting);
  if (!picture.trouble.ok()) {
    text += fitting.Styled(Wrapped(Printable(Text(picture.trouble)), fitting.width, 0), Style::kBad) + "\n";
  }
  if (picture.has_figures) {
    text += FlowText(picture, fitting) + "\n" + TotalsText(picture.portfolio, fitting) + "\n" +
            FactsText(picture, fitting) + "\n" + AccountsText(picture, now, fitting);
  }
  std::vector<std::string> lines;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = text.find('\n', begin);
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  if (height > 0 && lines.size() > static_cast<size_t>(height)) lines.resize(static_cast<size_t>(height));
  return lines;
}

size_t WatchRows(int height) { return static_cast<size_t>(std::max(1, height - kLinesAround - 2)); }

}  // namespace kontor
