// Log records as people read them: in a row of a list, and one of them whole.
#pragma once

#include <string>

#include "kontor/api/v1/api.pb.h"
#include "tools/kontor/console.h"

namespace kontor {

// Rejected or conflicting: it goes to the dead-letter topic, and may be sent again.
bool IsRefused(const api::v1::RecordSummary& record);

// The key where it is text, else its size; unknown where there is none.
std::string KeyText(const api::v1::RecordSummary& record);
// "out of bounds", "conflict"
std::string ReasonText(const api::v1::RecordSummary& record);
// In full, and in one line.
std::string WhatText(const api::v1::RecordSummary& record);

// All that is known of it: where it stands, what intake made of it, its headers, and the event in JSON, named as
// emitters name it; where there is none, the bytes.
std::string RecordText(const api::v1::RecordSummary& record, const Console& console);

}  // namespace kontor
