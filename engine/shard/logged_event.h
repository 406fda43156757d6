// From a stored record back to its event: decoded again from key, headers and value as they came.
#pragma once

#include <google/protobuf/arena.h>

#include <string_view>

#include "engine/base/ids.h"
#include "engine/base/status.h"
#include "engine/log/event_log.h"
#include "kontor/event/v1/event.pb.h"
#include "kontor/log/v1/record.pb.h"

namespace kontor {

struct LoggedRecord {
  const log::v1::LogRecord* record = nullptr;
  const event::v1::Event* event = nullptr;  // of an accepted record; null for any other
};

// The event of a stored record where it was accepted, on the arena; null for any other. DataLoss, naming the position,
// where the bytes are no record, or an accepted event no event. Threads: any.
Result<const event::v1::Event*> ParseLogged(Position position, std::string_view bytes, google::protobuf::Arena* arena);

// One position of the log; both parts live on the arena. DataLoss as above.
Result<LoggedRecord> ReadLogged(const EventLog& log, Position position, google::protobuf::Arena* arena);

// What is wrong where the views name a position that is no accepted event: they are not of this log. DataLoss.
Status NotAccepted(Position position);

// The accepted event at a position that the views name, on the arena. DataLoss also where there is none.
Result<const event::v1::Event*> ReadAccepted(const EventLog& log, Position position, google::protobuf::Arena* arena);

}  // namespace kontor
