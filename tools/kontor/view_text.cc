#include "tools/kontor/view_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <utility>
#include <vector>

#include "tools/kontor/table.h"
#include "tools/kontor/text.h"
#include "tools/kontor/view_blocks.h"

namespace kontor {
namespace {

std::string ProfileText(const view::v1::AccountProfile& profile, const Console& console) {
  std::string text = console.Styled(Printable(profile.account_id()), Style::kBold);
  if (profile.has_name()) text += "  " + Printable(profile.name());
  if (profile.key_account()) text += "  " + console.Styled("key account", Style::kGood);
  text += "\n";
  Facts facts;
  facts.Add("Segment", profile.segment());
  facts.Add("Industry", profile.industry());
  facts.Add("Country", profile.country());
  facts.Add("Tier", profile.tier());
  facts.Add("Manager", profile.manager());
  facts.Add("Parent", profile.parent());
  facts.Add("Absorbed", fmt::format("{}", fmt::join(profile.absorbed(), ", ")));
  facts.Add("Opened", profile.has_opened_at() ? TimeText(profile.opened_at()) : "");
  facts.Add("Closed", profile.has_closed_at() ? TimeText(profile.closed_at()) : "");
  std::string events = CountText(profile.events());
  if (profile.has_first_day() && profile.has_last_day()) {
    events += fmt::format(", from {} to {}", DateText(profile.first_day()), DateText(profile.last_day()));
  }
  if (profile.voided() > 0) events += fmt::format("; {} voided", CountText(profile.voided()));
  if (profile.not_understood() > 0) {
    events += fmt::format("; {} not understood by this version", CountText(profile.not_understood()));
  }
  facts.Add("Events", std::move(events));
  return text + facts.Text(console);
}

std::string FindingsText(const view::v1::AccountView& account, const Console& console) {
  if (account.findings_size() == 0) return "";
  Table table({Words("Finding"), Words("About")});
  for (const view::v1::Finding& finding : account.findings()) {
    table.Add({Cell(WordsOf(finding.code(), ""), Style::kWarning), finding.entity()});
  }
  return Heading("Findings", console) + table.Text(console);
}

std::string PositionText(const view::v1::ShardPosition& position) {
  return fmt::format("{}/{}@{}", position.topic(), position.partition(), position.position());
}

}  // namespace

std::string AccountText(const std::string& asked, const view::v1::AccountView& account, int months,
                        const Console& console) {
  const view::v1::Basis& basis = account.basis();
  const view::v1::AccountProfile& profile = account.profile();
  std::string merged;
  if (profile.has_merged_into()) {
    merged = fmt::format("{} was merged into {}", Printable(asked), Printable(profile.merged_into()));
    merged = console.Styled(merged, Style::kBold) + "\n\n";
  }
  return merged + ProfileText(profile, console) + ValueText(account.value(), basis, months, console) +
         GrowthText(account.growth(), basis, months, console) +
         SatisfactionText(account.satisfaction(), basis, months, console) + FindingsText(account, console) +
         BasisText(account.basis(), console);
}

std::string PortfolioText(const view::v1::PortfolioView& portfolio, int months, const Console& console) {
  const view::v1::Basis& basis = portfolio.basis();
  std::string text =
      console.Styled("Portfolio", Style::kBold) +
      fmt::format("  {} accounts, {} of them key accounts; {} findings\n", CountText(portfolio.accounts()),
                  CountText(portfolio.key_accounts()), CountText(portfolio.findings()));
  if (!portfolio.settled()) {
    text += console.Styled(
                Wrapped("Totals are being renewed; they are not up to date with every change yet.", console.width, 2),
                Style::kWarning) +
            "\n";
  }
  return text + CoveringsText(portfolio.covers(), console) + ValueText(portfolio.value(), basis, months, console) +
         GrowthText(portfolio.growth(), basis, months, console) +
         SatisfactionText(portfolio.satisfaction(), basis, months, console) + BasisText(portfolio.basis(), console);
}

std::string BasisText(const view::v1::Basis& basis, const Console& console) {
  std::string when = basis.has_as_of() ? "As of " + TimeText(basis.as_of()) : "At " + TimeText(basis.now());
  std::vector<std::string> positions;
  for (const view::v1::ShardPosition& position : basis.positions()) positions.push_back(PositionText(position));
  if (basis.has_reference_position()) positions.push_back(PositionText(basis.reference_position()));
  const std::string text =
      fmt::format("{}; days in {}; totals in {}; read up to {}; folds of version {}.", when, basis.reporting_zone(),
                  basis.reporting_currency(), fmt::join(positions, ", "), basis.fold_version());
  return "\n" + console.Styled(Wrapped(Printable(text), console.width, 2), Style::kDim) + "\n";
}

std::string CoveringsText(const view::v1::Coverings& covers, const Console& console) {
  if (covers.missing_partitions_size() == 0) return "";
  const std::string text = fmt::format("A part only: of {} partitions these are missing: {}.", covers.partition_count(),
                                       fmt::join(covers.missing_partitions(), ", "));
  return console.Styled(Wrapped(text, console.width, 2), Style::kWarning) + "\n";
}

}  // namespace kontor
