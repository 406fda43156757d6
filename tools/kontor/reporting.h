// What figures are told in: the currency of totals, and the zone that cuts days and months. A folder keeps what it was
// last told in, so who opens it again need not say so again.
#pragma once

#include <optional>

#include "engine/base/civil.h"
#include "engine/base/money.h"
#include "engine/views/instance_store.h"

namespace kontor {

struct Reporting {
  Currency currency = Currency("EUR");
  Zone zone = Zone::Utc();
};

// What a folder keeps; nothing where it is new. Errors: DataLoss, what it keeps is unreadable.
Result<std::optional<Reporting>> StoredReporting(const InstanceStore& store);
Status KeepReporting(const Reporting& reporting, InstanceStore* store);

// What is asked for, else what is kept, else euros and UTC. What is asked for and is not what is kept is logged.
Reporting ChooseReporting(const std::optional<Currency>& currency, const std::optional<Zone>& zone,
                          const std::optional<Reporting>& stored);

}  // namespace kontor
