// From a row of a mapping to the record that carries its event.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "engine/base/civil.h"
#include "engine/event/validator.h"
#include "engine/source/event_source.h"
#include "kontor/event/v1/event.pb.h"
#include "tools/kontor/import/mapping_query.h"

namespace kontor {

struct RowEvent {
  event::v1::Event event;
  TopicRole topic = TopicRole::kEvents;  // the body decides
  OutRecord record;                      // without its topic
};

// Why intake refuses the event's record, or nothing. now: the timestamp of a record without one. Threads: any.
std::optional<std::string> WhyRefused(const event::v1::Event& event, const OutRecord& record, Instant now);

// The row's event as a record, or why there is none that the engine would accept: the same rules as intake's. A row
// without `recorded_at` is taken as recorded now. Threads: any.
std::variant<RowEvent, std::string> EventOfRow(const MappedRow& row, Instant now);

}  // namespace kontor
