// Any text as the JSON of an event: what is read can be printed, and read again as the same.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/base/check.h"
#include "engine/event/decoder.h"
#include "engine/event/json.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  kontor::event::v1::Event event;
  if (!kontor::EventFromJson({reinterpret_cast<const char*>(data), size}, &event).ok()) return 0;
  kontor::event::v1::Event again;
  KONTOR_CHECK(kontor::EventFromJson(kontor::EventToJson(event), &again).ok());
  KONTOR_CHECK(kontor::SameContent(event, again));
  return 0;
}
