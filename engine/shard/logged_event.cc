#include "engine/shard/logged_event.h"

#include <string>
#include <variant>

#include "engine/event/decoder.h"
#include "engine/log/stored_record.h"

namespace kontor {
namespace {

Status NoRecord(Position position) {
  return DataLoss("the log's record at position {} is no record: restore the shard's log from a copy",
                  position.value());
}

}  // namespace

Result<const event::v1::Event*> ParseLogged(Position position, std::string_view bytes, google::protobuf::Arena* arena) {
  StoredRecord record;
  if (!ParseStored(bytes, &record)) return NoRecord(position);
  if (record.disposition != log::v1::DISPOSITION_ACCEPTED) return nullptr;
  const auto decoded = DecodeEvent(record.raw, arena);
  if (const auto* rejection = std::get_if<Rejection>(&decoded)) {
    return DataLoss(
        "the log's record at position {} was accepted and cannot be read any more ({}): restore the shard's "
        "log from a copy",
        position.value(), rejection->text);
  }
  return std::get<const event::v1::Event*>(decoded);
}

Result<LoggedRecord> ReadLogged(const EventLog& log, Position position, google::protobuf::Arena* arena) {
  KONTOR_ASSIGN_OR_RETURN(const std::string bytes, log.Read(position));
  auto* record = google::protobuf::Arena::CreateMessage<log::v1::LogRecord>(arena);
  if (!record->ParseFromString(bytes)) return NoRecord(position);
  LoggedRecord logged = {.record = record};
  KONTOR_ASSIGN_OR_RETURN(logged.event, ParseLogged(position, bytes, arena));
  return logged;
}

Status NotAccepted(Position position) {
  return DataLoss(
      "the views name position {}, which is no accepted event: rebuild the views from the log (kontor rebuild)",
      position.value());
}

Result<const event::v1::Event*> ReadAccepted(const EventLog& log, Position position, google::protobuf::Arena* arena) {
  KONTOR_ASSIGN_OR_RETURN(const std::string bytes, log.Read(position));
  KONTOR_ASSIGN_OR_RETURN(const event::v1::Event* const event, ParseLogged(position, bytes, arena));
  if (event == nullptr) return NotAccepted(position);
  return event;
}

}  // namespace kontor
