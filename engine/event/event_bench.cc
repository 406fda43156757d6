// What decoding and validation cost an event, of the loads that matter: a small one and an invoice with lines.
#include <benchmark/benchmark.h>
#include <google/protobuf/text_format.h>

#include <string>
#include <variant>

#include "engine/base/check.h"
#include "engine/event/decoder.h"
#include "engine/event/samples.h"
#include "engine/event/validator.h"

namespace kontor {
namespace {

struct Load {
  explicit Load(std::string_view body) {
    event::v1::Event event;
    KONTOR_CHECK(google::protobuf::TextFormat::ParseFromString(std::string(body), &event));
    event.set_event_id("0190b6a2-7c1e-7000-8000-00000000002a");
    event.set_source("crm-eu");
    event.set_account_id(key);
    event.mutable_occurred_at()->set_seconds(1'795'509'000);
    value = event.SerializeAsString();
    record.timestamp_ms = 1'795'509'000'000;
    record.timestamp_type = log::v1::TIMESTAMP_TYPE_CREATE;
    record.key = key;
    record.value = value;
  }

  const std::string key = "account-000042";
  std::string value;
  RawRecord record;
};

std::string_view SampleOf(std::string_view name) {
  for (const std::string_view body : kSampleBodies) {
    if (body.starts_with(name)) return body;
  }
  KONTOR_CHECK(false);
  return {};
}

void Decode(benchmark::State& state, std::string_view name) {
  const Load load(SampleOf(name));
  google::protobuf::Arena arena;
  for (auto _ : state) {
    benchmark::DoNotOptimize(DecodeEvent(load.record, &arena));
    if (arena.SpaceUsed() > (1 << 16)) arena.Reset();
  }
  state.SetItemsProcessed(state.iterations());
}

void ValidateAndUnderstand(benchmark::State& state, std::string_view name) {
  const Load load(SampleOf(name));
  google::protobuf::Arena arena;
  const auto decoded = DecodeEvent(load.record, &arena);
  const auto& event = *std::get<const event::v1::Event*>(decoded);
  for (auto _ : state) {
    KONTOR_CHECK(!Validate(event, load.record, {}));
    benchmark::DoNotOptimize(IsUnderstood(event));
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK_CAPTURE(Decode, cost, "cost_incurred");
BENCHMARK_CAPTURE(Decode, interaction, "interaction_recorded");
BENCHMARK_CAPTURE(Decode, invoice, "invoice_issued");
BENCHMARK_CAPTURE(ValidateAndUnderstand, cost, "cost_incurred");
BENCHMARK_CAPTURE(ValidateAndUnderstand, interaction, "interaction_recorded");
BENCHMARK_CAPTURE(ValidateAndUnderstand, invoice, "invoice_issued");

}  // namespace
}  // namespace kontor
