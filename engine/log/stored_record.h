// The stored record, kontor.log.v1.LogRecord, written and read by hand: the same bytes as protobuf's, without a message
// in between. Every event passes here twice, on its way into the log and out of it again into the views.
//
// Format: FORMAT.md beside this file; the schema is proto/kontor/log/v1/record.proto. A field that is added there is
// added here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/ids.h"
#include "engine/event/decoder.h"
#include "engine/event/raw_record.h"
#include "kontor/log/v1/record.pb.h"

namespace kontor {

// What intake made of a record.
struct StoredVerdict {
  log::v1::Disposition disposition = log::v1::DISPOSITION_UNSPECIFIED;
  uint32_t intake_version = 0;
  std::optional<Position> original;      // duplicates and conflicts
  const Rejection* rejection = nullptr;  // of rejected ones
};

// The records of a batch, serialized one behind the other in memory that is kept from batch to batch.
class StoredRecords {
 public:
  void Clear();
  void Add(const RawRecord& raw, const StoredVerdict& verdict);
  size_t size() const { return ends_.size(); }
  // The records in order; good until the next Add or Clear.
  std::vector<std::string_view> Views() const;

 private:
  std::string bytes_;  // used up to the last end
  std::vector<size_t> ends_;
};

// What reading a stored event needs of its record. Points into the record's bytes.
struct StoredRecord {
  RawRecord raw;
  log::v1::Disposition disposition = log::v1::DISPOSITION_UNSPECIFIED;
};

// False where the bytes are no LogRecord. Fields of a later version are passed over.
bool ParseStored(std::string_view bytes, StoredRecord* record);

}  // namespace kontor
