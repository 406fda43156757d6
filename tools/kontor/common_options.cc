#include "tools/kontor/common_options.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/money.h"
#include "tools/kontor/auth_token.h"

namespace kontor {
namespace {

constexpr const char* kKafkaGroup = "Kafka";
constexpr const char* kReportingGroup = "Reporting";
constexpr const char* kHttpGroup = "HTTP limits";
constexpr const char* kLogGroup = "Log";

// NAME=VALUE, or NAME=@FILE: the value stands in the file. The source's own rules say which are secret or Kontor's to
// set.
Status ParseKafkaSetting(const std::string& text, KafkaOptions* options) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    return InvalidArgument("--kafka: '{}' must be NAME=VALUE or NAME=@FILE", text.substr(0, equals));
  }
  const std::string name = text.substr(0, equals);
  const std::string value = text.substr(equals + 1);
  if (!value.empty() && value.front() == '@') {
    options->properties[name + ".file"] = value.substr(1);
  } else {
    options->properties[name] = value;
  }
  return OkStatus();
}

Status ParseInstantInto(const std::string& text, std::optional<Instant>* instant) {
  *instant = ParseInstant(text);
  if (!*instant)
    return InvalidArgument("'{}' is no instant from 1678 to 2261; write 2026-11-24T09:30:00Z or 2026-11-24", text);
  return OkStatus();
}

Status ParseToken(const std::string& path, std::string* token) {
  KONTOR_ASSIGN_OR_RETURN(*token, ReadAuthToken(path));
  return OkStatus();
}

CLI::Validator NotEmpty() {
  return CLI::Validator([](const std::string& text) { return std::string(text.empty() ? "must not be empty" : ""); },
                        "");
}

// A name that Kafka can give a topic.
CLI::Validator TopicName() {
  const auto check = [](const std::string& text) -> std::string {
    constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    constexpr size_t kLettersMax = 249;
    const bool fits = !text.empty() && text.size() <= kLettersMax &&
                      text.find_first_not_of(kLetters) == std::string::npos && text != "." && text != "..";
    if (fits) return {};
    return fmt::format(
        "'{}' is no name of a topic; Kafka takes 1 to {} letters (a to z, A to Z), digits, '.', '_' and '-', and "
        "neither . nor .. alone",
        text, kLettersMax);
  };
  return CLI::Validator(check, "");
}

// One of the brokers that librdkafka takes: HOST, HOST:PORT, and either behind PROTOCOL://.
bool IsBroker(std::string_view text) {
  constexpr std::string_view kScheme = "://";
  if (const size_t scheme = text.find(kScheme); scheme != std::string_view::npos) {
    text.remove_prefix(scheme + kScheme.size());
  }
  const size_t colon = text.ends_with(']') ? std::string_view::npos : text.rfind(':');
  const std::string_view host = text.substr(0, colon);
  if (host.empty() || host.find_first_of(" \t\n/") != std::string_view::npos) return false;
  if (colon == std::string_view::npos) return true;
  uint16_t port = 0;
  return CLI::detail::lexical_cast(std::string(text.substr(colon + 1)), port) && port > 0;
}

CLI::Validator Brokers() {
  const auto check = [](const std::string& text) -> std::string {
    for (const std::string& broker : CLI::detail::split(text, ',')) {
      if (IsBroker(CLI::detail::trim_copy(broker))) continue;
      return fmt::format("'{}' is no HOST:PORT; write brokers as kafka-1:9092,kafka-2:9092", broker);
    }
    return {};
  };
  return CLI::Validator(check, "");
}

}  // namespace

CLI::Validator NumberFrom(int64_t min, const std::string& else_give) {
  const auto check = [min, else_give](const std::string& text) -> std::string {
    int64_t number = 0;
    if (CLI::detail::lexical_cast(text, number) && number >= min) return {};
    return fmt::format("'{}' is no whole number from {} on{}", text, min, else_give);
  };
  return CLI::Validator(check, "");
}

CLI::Option* AddParsed(CLI::App* command, const std::string& name, const std::string& type,
                       std::function<Status(const std::string&)> parse, const std::string& description) {
  const auto take = [name, parse = std::move(parse)](const std::string& text) {
    const Status status = parse(text);
    if (status.ok()) return;
    // CLI11 tells what is wrong with an option by an exception; this one is caught where it parses.
    throw CLI::ValidationError(name, std::string(Text(status)));
  };
  return command->add_option_function<std::string>(name, take, description)->type_name(type);
}

CLI::Option* AddSecondsOption(CLI::App* command, const std::string& name, std::chrono::milliseconds* value,
                              const std::string& description) {
  const auto parse = [value](const std::string& given) {
    double parsed = 0;
    if (!CLI::detail::lexical_cast(given, parsed) || !(parsed > 0) || parsed > 1e6) {
      return InvalidArgument("'{}' is no time in seconds, as 30 or 0.5", given);
    }
    *value = std::chrono::milliseconds(std::max<int64_t>(1, std::llround(parsed * 1'000)));
    return OkStatus();
  };
  return AddParsed(command, name, "SECONDS", parse, description)
      ->default_str(fmt::format("{}", static_cast<double>(value->count()) / 1'000));
}

CLI::Option* AddDataDirOption(CLI::App* command, std::string* data_dir, const std::string& description) {
  return command->add_option("--data-dir", *data_dir, description)->type_name("DIR")->check(NotEmpty());
}

void AddBrokerOptions(CLI::App* command, BrokerOptions* options) {
  command->add_option("--brokers", options->kafka.brokers, "Brokers to ask first, separated by commas")
      ->type_name("HOST:PORT,...")
      ->check(NotEmpty())
      ->check(Brokers())
      ->capture_default_str()
      ->group(kKafkaGroup);
  AddParsed(
      command, "--partitioner", "murmur2|crc32",
      [options](const std::string& name) {
        const std::optional<Partitioner> partitioner = ParsePartitioner(name);
        if (!partitioner) return InvalidArgument("'{}' is neither murmur2 nor crc32", name);
        options->partitioner = *partitioner;
        return OkStatus();
      },
      "How the topic's emitters give keys to partitions: murmur2 (Java's) or crc32 (librdkafka's)")
      ->default_str("murmur2")
      ->group(kKafkaGroup);
  command
      ->add_option_function<std::vector<std::string>>(
          "--kafka",
          [options](const std::vector<std::string>& settings) {
            for (const std::string& setting : settings) {
              const Status parsed = ParseKafkaSetting(setting, &options->kafka);
              if (!parsed.ok()) throw CLI::ValidationError(std::string(Text(parsed)));
            }
            const Status checked = CheckKafkaProperties(options->kafka);
            if (!checked.ok()) throw CLI::ValidationError(std::string(Text(checked)));
          },
          "A setting of librdkafka, as security.protocol=SASL_SSL; secrets from a file, as sasl.password=@FILE; may be "
          "given often")
      ->type_name("NAME=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->group(kKafkaGroup);
}

void AddTopicOptions(CLI::App* command, TopicOptions* options) {
  command->add_option("--topic", options->events, "Topic of the accounts' events")
      ->type_name("NAME")
      ->check(TopicName())
      ->capture_default_str()
      ->group(kKafkaGroup);
  command->add_option("--reference-topic", options->reference, "Topic of merges, rates, models and the like")
      ->type_name("NAME")
      ->check(TopicName())
      ->capture_default_str()
      ->group(kKafkaGroup);
}

void AddRejectedTopicOption(CLI::App* command, TopicOptions* options) {
  command->add_option("--rejected-topic", options->rejected, "Topic that rejected and conflicting records go to")
      ->type_name("NAME")
      ->check(TopicName())
      ->capture_default_str()
      ->group(kKafkaGroup);
}

void CheckTopicOptions(const CLI::App& command) {
  std::map<std::string, std::string> named;  // options by their topic
  for (const char* name : {"--topic", "--reference-topic", "--rejected-topic"}) {
    const CLI::Option* option = command.get_option_no_throw(name);
    if (option == nullptr) continue;
    const std::string topic = option->empty() ? option->get_default_str() : option->as<std::string>();
    const auto [other, is_first] = named.emplace(topic, name);
    if (is_first) continue;
    throw CLI::ValidationError(
        fmt::format("{} and {} both name {}; give each a topic of its own", other->second, name, topic));
  }
}

void AddNowOption(CLI::App* command, std::optional<Instant>* now, const std::string& description) {
  AddParsed(
      command, "--now", "T", [now](const std::string& text) { return ParseInstantInto(text, now); }, description);
}

void AddReportingOptions(CLI::App* command, ReportingOptions* options) {
  AddParsed(
      command, "--reporting-currency", "CODE",
      [options](const std::string& code) {
        if (!IsIso4217(code)) return InvalidArgument("'{}' is no currency of ISO 4217, as EUR", code);
        options->currency = Currency(code);
        return OkStatus();
      },
      "Currency that totals are told in; a folder keeps it")
      ->default_str("EUR")
      ->group(kReportingGroup);
  AddParsed(
      command, "--reporting-zone", "ZONE",
      [options](const std::string& name) {
        KONTOR_ASSIGN_OR_RETURN(options->zone, Zone::Load(name));
        return OkStatus();
      },
      "Time zone that days and months are told in, as Europe/Berlin; a folder keeps it")
      ->default_str("UTC")
      ->group(kReportingGroup);
}

void AddListenOptions(CLI::App* command, HttpServerOptions* options) {
  command->add_option("--listen", options->listen, "Where HTTP is answered; beyond this machine only with a token")
      ->type_name("HOST:PORT")
      ->capture_default_str();
  AddParsed(
      command, "--auth-token-file", "FILE",
      [options](const std::string& path) { return ParseToken(path, &options->auth_token); },
      "File with the token that readers must show; its owner's alone to read");
}

void CheckListenOptions(const HttpServerOptions& options) {
  if (const Status status = HttpServer::CheckOptions(options); !status.ok()) {
    throw CLI::ValidationError(std::string(Text(status)));
  }
}

void AddWaitOptions(CLI::App* command, EmitOptions* options) {
  auto* wait = command->add_flag("--wait", options->wait, "Wait until the engine shows what was sent");
  command->add_option("--server", options->server, "The engine that --wait asks")
      ->type_name("URL")
      ->capture_default_str()
      ->needs(wait);
  AddParsed(
      command, "--auth-token-file", "FILE",
      [options](const std::string& path) { return ParseToken(path, &options->auth_token); },
      "File with the token that the engine asks for")
      ->needs(wait);
}

void AddHttpLimitOptions(CLI::App* command, HttpServerOptions* options) {
  const auto number = [command](const std::string& name, auto* value, const std::string& unit,
                                const std::string& text) {
    command->add_option(name, *value, text)
        ->type_name(unit)
        ->check(NumberFrom(1))
        ->capture_default_str()
        ->group(kHttpGroup);
  };
  const auto seconds = [command](const std::string& name, std::chrono::milliseconds* value, const std::string& text) {
    AddSecondsOption(command, name, value, text)->group(kHttpGroup);
  };
  number("--http-header-bytes-max", &options->header_bytes_max, "BYTES", "Of a request's header");
  number("--http-body-bytes-max", &options->body_bytes_max, "BYTES", "Of a request's body; no endpoint reads one");
  number("--http-connections-max", &options->connections_max, "N", "Connections at a time");
  command->add_option("--http-streams-max", options->streams_max, "Of these, streams of changed accounts; 0: none")
      ->type_name("N")
      ->check(NumberFrom(0))
      ->capture_default_str()
      ->group(kHttpGroup);
  number("--http-page-size-max", &options->page_size_max, "N", "Rows on a page");
  number("--http-threads", &options->threads, "N", "Threads that work out answers");
  seconds("--http-idle-time-max", &options->idle_time_max, "Between two requests on a connection");
  seconds("--http-request-time-max", &options->request_time_max, "To send a request");
  seconds("--http-answer-time-max", &options->answer_time_max, "To work out an answer");
  seconds("--http-send-time-max", &options->send_time_max, "To take an answer, and 1 s more for each 64 KiB");
  seconds("--http-wait-time-max", &options->wait_time_max, "For a record that a reader waits for (wait_for)");
  seconds("--http-stream-interval", &options->stream_interval, "Between two events of a stream of changed accounts");
  seconds("--http-heartbeat-interval", &options->heartbeat_interval, "Between two signs of life on a quiet stream");
}

void AddLogOptions(CLI::App* command, LogOptions* options) {
  AddParsed(
      command, "--log-format", "text|json",
      [options](const std::string& format) {
        options->format = format;
        return CheckLogOptions(*options);
      },
      "How to log, to standard error: lines for people, or JSON")
      ->default_str(options->format)
      ->group(kLogGroup);
  AddParsed(
      command, "--log-level", "debug|info|warn|error",
      [options](const std::string& level) {
        options->level = level;
        return CheckLogOptions(*options);
      },
      "What to log: of this level, and what is worse")
      ->default_str(options->level)
      ->group(kLogGroup);
}

CLI::Option* AddServerOptions(CLI::App* command, std::string* server, std::string* auth_token) {
  auto* option = command->add_option("--server", *server, "The engine to ask")->type_name("URL")->capture_default_str();
  AddParsed(
      command, "--auth-token-file", "FILE",
      [auth_token](const std::string& path) { return ParseToken(path, auth_token); },
      "File with the token that the server asks for");
  return option;
}

void AddReadingOptions(CLI::App* command, ReadingOptions* options) {
  options->server = "http://" + std::string(kDefaultListen);
  options->otherwise = "read a stopped one's folder with --data-dir DIR";
  auto* server = AddServerOptions(command, &options->server, &options->auth_token);
  auto* folder = AddDataDirOption(command, &options->data_dir, "Read this folder of a stopped engine instead");
  folder->excludes(server);
  AddReportingOptions(command, &options->reporting);
  for (const char* name : {"--reporting-currency", "--reporting-zone"}) command->get_option(name)->needs(folder);
  command->add_flag("--json", options->json, "Print the server's answers as they are, one a line");
}

void AddAsOfOption(CLI::App* command, std::optional<Instant>* as_of) {
  AddParsed(
      command, "--as-of", "T", [as_of](const std::string& text) { return ParseInstantInto(text, as_of); },
      "As the world was then: what occurred up to this instant (RFC 3339, or a day)");
}

void AddLimitOptions(CLI::App* command, int64_t* rows_max) {
  auto* limit = command->add_option("--limit", *rows_max, "Rows to show at most")
                    ->type_name("N")
                    ->check(NumberFrom(1, "; --all shows every row"))
                    ->capture_default_str();
  command
      ->add_flag_function(
          "--all", [rows_max](int64_t) { *rows_max = 0; }, "Show every row")
      ->excludes(limit);
}

void AddMonthsOption(CLI::App* command, int* months) {
  command->add_option("--months", *months, "How many of the last months to tell one by one")
      ->type_name("N")
      ->check(NumberFrom(0))
      ->capture_default_str();
}

}  // namespace kontor
