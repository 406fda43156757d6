#include "tools/kontor/doctor/doctor.h"

#include <fmt/format.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "engine/base/check.h"
#include "tools/kontor/cli.h"
#include "tools/kontor/doctor/broker_checks.h"
#include "tools/kontor/doctor/folder_checks.h"
#include "tools/kontor/doctor/machine_checks.h"
#include "tools/kontor/text.h"

namespace kontor {
namespace {

constexpr int kVerdictWidth = 7;
constexpr int kGap = 2;
constexpr int kNarrow = 70;  // below it, what is said begins on a line of its own

std::string_view NameOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kOk:
      return "ok";
    case Verdict::kWarning:
      return "warning";
    case Verdict::kFailed:
      return "failed";
  }
  return "";
}

Style StyleOf(Verdict verdict) {
  return verdict == Verdict::kOk ? Style::kGood : verdict == Verdict::kWarning ? Style::kWarning : Style::kBad;
}

int64_t CountOf(const Checks& checks, Verdict verdict) {
  return std::count_if(checks.begin(), checks.end(), [&](const Check& check) { return check.verdict == verdict; });
}

}  // namespace

Checks RunChecks(const DoctorOptions& options) {
  BrokerReport broker = CheckBroker(options.broker, options.topics);
  Checks checks = std::move(broker.checks);
  bool engine_runs = false;
  if (options.data_dir.empty()) {
    checks.push_back(Doubtful("folder", "none is named, so none is looked at", "name it by --data-dir DIR"));
  } else {
    FolderReport folder = CheckFolder(options.data_dir, {.cluster_id = broker.cluster_id,
                                                         .events_topic = options.topics.events,
                                                         .reference_topic = options.topics.reference,
                                                         .rejected_topic = options.topics.rejected});
    engine_runs = folder.engine_runs;
    std::move(folder.checks.begin(), folder.checks.end(), std::back_inserter(checks));
  }
  checks.push_back(JudgeClock(ReadClockState()));
  checks.push_back(CheckOpenFiles());
  const bool asks_token = !options.auth_token_file.empty();
  if (asks_token) checks.push_back(CheckToken(options.auth_token_file));
  checks.push_back(CheckListen(options.listen, asks_token, engine_runs));
  return checks;
}

std::string ChecksText(const Checks& checks, const Console& console) {
  int about = 0;
  for (const Check& check : checks) about = std::max(about, DisplayWidth(Printable(check.about)));
  const bool narrow = console.width > 0 && console.width < kNarrow;
  const int indent = kVerdictWidth + kGap + (narrow ? 0 : about + kGap);
  std::string text;
  for (const Check& check : checks) {
    const std::string_view verdict = NameOf(check.verdict);
    text += console.Styled(verdict, StyleOf(check.verdict));
    text.append(kVerdictWidth + kGap - verdict.size(), ' ');
    const std::string name = Printable(check.about);
    text += name;
    if (narrow) {
      text += "\n";
      text.append(static_cast<size_t>(indent), ' ');
    } else {
      text.append(static_cast<size_t>(about + kGap - DisplayWidth(name)), ' ');
    }
    text += Wrapped(Printable(check.what), console.width, indent, indent) + "\n";
    if (check.remedy.empty()) continue;
    text.append(static_cast<size_t>(indent), ' ');
    text +=
        console.Styled(Wrapped("> " + Printable(check.remedy), console.width, indent + 2, indent), Style::kBold) + "\n";
  }
  const auto warnings = CountOf(checks, Verdict::kWarning);
  return text + fmt::format("\n{} checks: {} ok, {} warning{}, {} failed\n", checks.size(),
                            CountOf(checks, Verdict::kOk), warnings, warnings == 1 ? "" : "s",
                            CountOf(checks, Verdict::kFailed));
}

std::string ChecksJson(const Checks& checks) {
  google::protobuf::Struct all;
  auto* list = (*all.mutable_fields())["checks"].mutable_list_value();
  for (const Check& check : checks) {
    auto& fields = *list->add_values()->mutable_struct_value()->mutable_fields();
    fields["about"].set_string_value(check.about);
    fields["verdict"].set_string_value(std::string(NameOf(check.verdict)));
    fields["what"].set_string_value(check.what);
    if (!check.remedy.empty()) fields["remedy"].set_string_value(check.remedy);
  }
  for (const Verdict verdict : {Verdict::kOk, Verdict::kWarning, Verdict::kFailed}) {
    (*all.mutable_fields())[std::string(NameOf(verdict))].set_number_value(
        static_cast<double>(CountOf(checks, verdict)));
  }
  std::string text;
  KONTOR_CHECK(google::protobuf::util::MessageToJsonString(all, &text).ok());
  return text;
}

int RunDoctor(const DoctorOptions& options, const Console& console) {
  const Checks checks = RunChecks(options);
  if (options.json) {
    *console.out << ChecksJson(checks) << "\n";
  } else {
    console.Print(ChecksText(checks, console));
  }
  return CountOf(checks, Verdict::kFailed) == 0 ? kExitOk : kExitFailed;
}

}  // namespace kontor
