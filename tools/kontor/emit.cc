#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <system_error>
#include <thread>

#include "engine/base/clock.h"
#include "engine/event/json.h"
#include "engine/event/validator.h"
#include "tools/kontor/cli.h"
#include "tools/kontor/commands.h"
#include "tools/kontor/common_options.h"
#include "tools/kontor/import/row_event.h"
#include "tools/kontor/line_reader.h"
#include "tools/kontor/progress.h"
#include "tools/kontor/reading.h"
#include "tools/kontor/sending.h"
#include "tools/kontor/text.h"

namespace kontor {
namespace {

// JSON is longer than the record that it becomes, which may have 1 MiB.
constexpr size_t kLineBytesMax = 8 << 20;

// How long --wait waits.
constexpr std::chrono::minutes kWaitTime{5};
// Between two looks at how far it is.
constexpr std::chrono::milliseconds kLook{100};

Result<OutRecord> RecordOf(const Line& line, const EmitOptions& options) {
  if (line.too_long) return InvalidArgument("longer than {} MiB", kLineBytesMax >> 20);
  event::v1::Event event;
  KONTOR_RETURN_IF_ERROR(EventFromJson(line.text, &event));
  OutRecord record;
  if (TopicOf(event) == TopicRole::kReference) {
    record.topic = options.topics.reference;
  } else {
    if (!event.has_account_id()) return InvalidArgument("account_id: required, for it is the record's key");
    record.topic = options.topics.events;
    record.key = event.account_id();
  }
  record.value = event.SerializeAsString();
  if (!options.unchecked) {
    if (const auto why = WhyRefused(event, record, SystemClock().Now())) return InvalidArgument("{}", *why);
  }
  return record;
}

// The size of the input, where it has one.
uint64_t SizeOf(const std::string& file) {
  std::error_code error;
  if (file == "-" || !std::filesystem::is_regular_file(file, error)) return 0;
  const auto size = std::filesystem::file_size(file, error);
  return error ? 0 : size;
}

// Tells whoever looks on how much of what was acknowledged the engine has read, until it has read all of it.
Status ShowWhatIsLeft(const Sending& sending, Readings& readings, std::chrono::steady_clock::time_point deadline,
                      const Console& console) {
  Progress progress("events read by the engine", console);
  std::optional<int64_t> before;  // what it had read when it was first asked
  while (std::chrono::steady_clock::now() < deadline) {
    KONTOR_ASSIGN_OR_RETURN(const auto shards, readings.Read<api::v1::ListShardsResponse>("/v1/shards"));
    int64_t left = 0;
    for (const auto& [place, offset] : sending.last_offsets()) {
      const auto shard = std::find_if(shards.shards().begin(), shards.shards().end(), [&place = place](const auto& s) {
        return s.topic() == place.first && s.partition() == place.second.value();
      });
      const int64_t read = shard == shards.shards().end() ? 0 : shard->next_offset();
      left += std::max<int64_t>(0, offset.value() + 1 - read);
    }
    if (left == 0) break;
    if (!before) before = left;
    const auto done = static_cast<uint64_t>(std::max<int64_t>(0, *before - left));
    progress.Update(done, done, static_cast<uint64_t>(*before));
    std::this_thread::sleep_for(kLook);
  }
  return OkStatus();
}

// Whether the engine is there and says that it has not come so far yet.
bool IsToWait(const Status& status, Readings& readings) {
  if (status.code() == StatusCode::kDeadlineExceeded) return true;  // it has waited itself, for long
  if (status.code() != StatusCode::kUnavailable || !readings.Get("/healthz").ok()) return false;
  std::this_thread::sleep_for(kLook);  // it follows its log still
  return true;
}

// Waits until the engine has folded everything that was acknowledged.
Status WaitUntilFolded(const Sending& sending, const EmitOptions& options, const Wiring& wiring,
                       const Console& console) {
  ReadingOptions reading;
  reading.server = options.server;
  reading.auth_token = options.auth_token;
  KONTOR_ASSIGN_OR_RETURN(const std::unique_ptr<Readings> readings, OpenReadings(reading, wiring));
  const auto deadline = std::chrono::steady_clock::now() + kWaitTime;
  if (console.shows_progress) KONTOR_RETURN_IF_ERROR(ShowWhatIsLeft(sending, *readings, deadline, console));
  for (const auto& [place, offset] : sending.last_offsets()) {
    TargetText target("/v1/accounts");
    target.Add("page_size", "1").Add("fields", "basis");
    target.Add("wait_for", fmt::format("{}/{}@{}", place.first, place.second.value(), offset.value()));
    Status status = readings->Get(target.str()).status();
    while (IsToWait(status, *readings) && std::chrono::steady_clock::now() < deadline) {
      status = readings->Get(target.str()).status();
    }
    KONTOR_RETURN_IF_ERROR(status);
  }
  return OkStatus();
}

// By line; neighbours that failed alike stand together.
void ListFailed(const std::map<uint64_t, Status>& failed, const Console& console) {
  for (auto first = failed.begin(); first != failed.end();) {
    auto last = first;
    auto next = std::next(first);
    while (next != failed.end() && next->first == last->first + 1 && next->second == first->second) last = next++;
    const std::string lines =
        first == last ? fmt::format("line {}", first->first) : fmt::format("lines {} to {}", first->first, last->first);
    *console.err << fmt::format("{}: {}\n", lines, Printable(Text(first->second)));
    first = next;
  }
  if (failed.empty()) return;
  *console.err << "once that is mended, send the whole file again: what came before is not counted twice\n";
}

int Emit(const EmitOptions& options, const Wiring& wiring, const Console& console) {
  std::ifstream file;
  if (options.file != "-") {
    file.open(options.file, std::ios::binary);
    if (!file || std::filesystem::is_directory(options.file)) {
      console.Error(fmt::format("{} cannot be read: {}; name a file of events, or - for standard input", options.file,
                                std::generic_category().message(file ? EISDIR : errno)));
      return kExitFailed;
    }
  }
  Sending sending;
  LineReader lines(options.file == "-" ? console.in : &file, kLineBytesMax);
  uint64_t events = 0;
  {
    Progress progress("events", console);
    const uint64_t size = SizeOf(options.file);
    while (std::optional<Line> line = lines.Next()) {
      if (!line->too_long && line->text.find_first_not_of(" \t") == std::string::npos) continue;
      ++events;
      Result<OutRecord> record = RecordOf(*line, options);
      if (record.ok() && !sending.has_sink()) {  // what cannot be sent needs no broker to say so
        Result<std::unique_ptr<EventSink>> sink = wiring.open_sink(options.broker);
        if (!sink.ok()) {
          console.Error(Text(sink.status()));
          return kExitFailed;
        }
        sending.SetSink(*std::move(sink));
      }
      if (record.ok()) {
        sending.Send(line->number, *std::move(record));
      } else {
        sending.Refuse(line->number, record.status());
      }
      progress.Update(events, lines.bytes_read(), size);
    }
    sending.Finish();
  }
  const auto failed = sending.unacknowledged();
  ListFailed(failed, console);
  *console.out << fmt::format("{} of {} events acknowledged\n", CountText(static_cast<int64_t>(sending.acknowledged())),
                              CountText(static_cast<int64_t>(events)));
  if (options.wait) {
    if (const Status status = WaitUntilFolded(sending, options, wiring, console); !status.ok()) {
      console.Error(fmt::format("sent, and not read yet: {}", Text(status)));
      return kExitFailed;
    }
  }
  return failed.empty() ? kExitOk : kExitFailed;
}

}  // namespace

void AddEmit(CLI::App* app, CommandContext* context) {
  auto* command = app->add_subcommand("emit", "Send events to Kafka, one of JSON a line");
  command->group(kWriteGroup);
  command->footer(R"(Examples:
  kontor emit events.jsonl
  kontor emit --wait events.jsonl && kontor accounts
  echo '{"event_id":"1","source":"crm","account_id":"acme",
         "occurred_at":"2026-11-24T09:30:00Z",
         "account_opened":{"fields":{"name":"Acme"}}}' |
      tr -d '\n' | kontor emit

The body decides the topic. Events that the engine would refuse are not sent. It exits with 1 where an event was refused
or not acknowledged, and lists these by line.)");
  auto options = std::make_shared<EmitOptions>();
  command->add_option("FILE", options->file, "Events in protobuf's JSON mapping; - for standard input")
      ->capture_default_str();
  command->add_flag("--unchecked", options->unchecked, "Send events that the engine will refuse, too");
  AddBrokerOptions(command, &options->broker);
  AddTopicOptions(command, &options->topics);
  AddWaitOptions(command, options.get());
  command->callback([context, options] {
    context->run = [context, options] { return Emit(*options, context->wiring, context->console); };
  });
}

}  // namespace kontor
