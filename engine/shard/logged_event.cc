#include "engine/shard/logged_event.h"

#include <string>
#include <variant>

#include "engine/event/decoder.h"
#include "engine/event/raw_record.h"

namespace kontor {

Result<LoggedRecord> ParseLogged(Position position, std::string_view bytes, google::protobuf::Arena* arena) {
  auto* record = google::protobuf::Arena::CreateMessage<log::v1::LogRecord>(arena);
  if (!record->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return DataLoss("the log's record at position {} is no record: restore the shard's log from a copy",
                    position.value());
  }
  LoggedRecord logged = {.record = record};
  if (record->disposition() != log::v1::DISPOSITION_ACCEPTED) return logged;
  const auto decoded = DecodeEvent(RawRecordOf(*record), arena);
  if (const auto* rejection = std::get_if<Rejection>(&decoded)) {
    return DataLoss(
        "the log's record at position {} was accepted and cannot be read any more ({}): restore the shard's "
        "log from a copy",
        position.value(), rejection->text);
  }
  logged.event = std::get<const event::v1::Event*>(decoded);
  return logged;
}

Result<LoggedRecord> ReadLogged(const EventLog& log, Position position, google::protobuf::Arena* arena) {
  KONTOR_ASSIGN_OR_RETURN(const std::string bytes, log.Read(position));
  return ParseLogged(position, bytes, arena);
}

}  // namespace kontor
