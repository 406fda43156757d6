// An event in a few words, for timelines.
#pragma once

#include <string>

#include "kontor/event/v1/event.pb.h"

namespace kontor {

// "invoice issued: invoice 1001, net 100 EUR, gross 119 EUR, due 2026-12-01". Lines and free text are left out.
std::string SummaryOf(const event::v1::Event& event);

}  // namespace kontor
