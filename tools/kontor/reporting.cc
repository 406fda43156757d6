#include "tools/kontor/reporting.h"

#include <spdlog/spdlog.h>

#include <string>

namespace kontor {
namespace {

// An entry of the instance's store: "EUR Europe/Berlin".
constexpr char kKey[] = "reporting";

}  // namespace

Result<std::optional<Reporting>> StoredReporting(const InstanceStore& store) {
  KONTOR_ASSIGN_OR_RETURN(const std::optional<std::string> kept, store.Get(kKey));
  if (!kept) return std::nullopt;
  const size_t space = kept->find(' ');
  const std::string code = kept->substr(0, space);
  if (space == std::string::npos || !IsIso4217(code)) {
    return DataLoss("the instance store keeps '{}' as what figures are told in: unreadable", *kept);
  }
  Reporting reporting;
  reporting.currency = Currency(code);
  KONTOR_ASSIGN_OR_RETURN(reporting.zone, Zone::Load(kept->substr(space + 1)));
  return reporting;
}

Status KeepReporting(const Reporting& reporting, InstanceStore* store) {
  const std::string kept = fmt::format("{} {}", reporting.currency.code(), reporting.zone.name());
  KONTOR_ASSIGN_OR_RETURN(const std::optional<std::string> stored, store->Get(kKey));
  return stored == kept ? OkStatus() : store->Put(kKey, kept);
}

Reporting ChooseReporting(const std::optional<Currency>& currency, const std::optional<Zone>& zone,
                          const std::optional<Reporting>& stored) {
  const Reporting kept = stored.value_or(Reporting());
  Reporting chosen = {currency.value_or(kept.currency), zone.value_or(kept.zone)};
  if (stored && chosen.currency != kept.currency) {
    spdlog::warn("totals are told in {} as asked, and were told in {} before", chosen.currency.code(),
                 kept.currency.code());
  }
  if (stored && chosen.zone.name() != kept.zone.name()) {
    spdlog::warn("days are cut by {} as asked, and were cut by {} before: the views are folded anew",
                 chosen.zone.name(), kept.zone.name());
  }
  return chosen;
}

}  // namespace kontor
