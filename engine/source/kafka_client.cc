#include "engine/source/kafka_client.h"

#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <vector>

#include "engine/base/nearest.h"

namespace kontor {
namespace {

// Kontor's promises rest on these, or fields of KafkaOptions say them.
constexpr std::array<std::string_view, 22> kReserved = {"acks",
                                                        "allow.auto.create.topics",
                                                        "auto.commit.enable",
                                                        "auto.commit.interval.ms",
                                                        "auto.offset.reset",
                                                        "bootstrap.servers",
                                                        "check.crcs",
                                                        "client.id",
                                                        "enable.auto.commit",
                                                        "enable.auto.offset.store",
                                                        "enable.idempotence",
                                                        "enable.partition.eof",
                                                        "group.id",
                                                        "group.instance.id",
                                                        "isolation.level",
                                                        "metadata.broker.list",
                                                        "partition.assignment.strategy",
                                                        "partitioner",
                                                        "request.required.acks",
                                                        "statistics.interval.ms",
                                                        "test.mock.num.brokers",
                                                        "transactional.id"};

constexpr std::array<std::string_view, 6> kSecrets = {
    "sasl.oauthbearer.client.secret", "sasl.oauthbearer.config", "sasl.password", "ssl.key.password", "ssl.key.pem",
    "ssl.keystore.password"};

constexpr std::string_view kFileSuffix = ".file";

bool Contains(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Result<std::string> ReadValue(const std::string& property, const std::string& path) {
  struct stat file {};
  if (stat(path.c_str(), &file) != 0 || !S_ISREG(file.st_mode)) {
    return NotFound("--kafka {}: there is no file '{}'; name the one that holds the value: --kafka {}=@FILE", property,
                    path, property);
  }
  if (Contains(kSecrets, property) && (file.st_mode & S_IROTH) != 0) {
    return PermissionDenied("--kafka {}: '{}' holds a secret and everybody can read it; do: chmod o-r {}", property,
                            path, path);
  }
  std::ifstream in(path, std::ios::binary);
  std::string value{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (!in)
    return PermissionDenied("--kafka {}: '{}' cannot be read; name a file that this user can read", property, path);
  while (value.ends_with('\n') || value.ends_with('\r')) value.pop_back();
  return value;
}

// What librdkafka says of its properties: name -> what it takes, as "plaintext, ssl" or "1 .. 1000"; empty where it
// does not say.
std::map<std::string, std::string> KnownProperties() {
  char* text = nullptr;
  size_t size = 0;
  FILE* file = open_memstream(&text, &size);
  rd_kafka_conf_properties_show(file);
  std::fclose(file);
  std::istringstream table(std::string(text, size));
  std::free(text);  // open_memstream's
  const auto trimmed = [](const std::string& cell) {
    const size_t begin = cell.find_first_not_of(' ');
    return begin == std::string::npos ? "" : cell.substr(begin, cell.find_last_not_of(' ') + 1 - begin);
  };
  std::map<std::string, std::string> known;
  for (std::string row; std::getline(table, row);) {
    std::istringstream cells(row);
    std::string name;
    std::string of_whom;
    std::string takes;
    if (std::getline(cells, name, '|') && std::getline(cells, of_whom, '|') && std::getline(cells, takes, '|')) {
      known[trimmed(name)] = trimmed(takes);  // the head and its rule are nobody's slip
    }
  }
  return known;
}

Status UnknownProperty(const std::string& name) {
  std::vector<std::string> names;
  for (const auto& [known, takes] : KnownProperties()) {
    if (!Contains(kReserved, known)) names.push_back(known);
  }
  return InvalidArgument("--kafka {}: librdkafka {} has no such property{}", name, rd_kafka_version_str(),
                         DidYouMean(name, names));
}

Status BadValue(const std::string& name, const std::string& value, const std::string& said) {
  if (Contains(kSecrets, name)) return InvalidArgument("--kafka {}: not a valid value", name);
  const std::string takes = KnownProperties()[name];
  if (takes.empty()) return InvalidArgument("--kafka {}: {}", name, said);
  return InvalidArgument("--kafka {}: '{}' will not do; it takes {}", name, value, takes);
}

Status Set(rd_kafka_conf_t* conf, const std::string& name, const std::string& value) {
  char text[512];
  switch (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), text, sizeof text)) {
    case RD_KAFKA_CONF_OK:
      return OkStatus();
    case RD_KAFKA_CONF_UNKNOWN:
      return UnknownProperty(name);
    default:
      return BadValue(name, value, text);
  }
}

// The user's properties with what stands in files, checked.
Result<std::map<std::string, std::string>> Resolve(const KafkaOptions& options) {
  std::map<std::string, std::string> resolved;
  for (const auto& [given, value] : options.properties) {
    const bool in_file = given.ends_with(kFileSuffix);
    const std::string name = in_file ? given.substr(0, given.size() - kFileSuffix.size()) : given;
    if (Contains(kReserved, name)) {
      return InvalidArgument("--kafka {}: cannot be set; Kontor's own options or promises decide it", name);
    }
    if (!in_file && Contains(kSecrets, name)) {
      return InvalidArgument(
          "--kafka {}: a secret; write it to a file that others cannot read, and give --kafka {}=@FILE", name, name);
    }
    if (resolved.contains(name)) return InvalidArgument("--kafka {}: given twice, by value and by file", name);
    if (!in_file) {
      resolved[name] = value;
      continue;
    }
    KONTOR_ASSIGN_OR_RETURN(resolved[name], ReadValue(name, value));
  }
  return resolved;
}

void Log(const rd_kafka_t* client, int level, const char* facility, const char* text) noexcept {
  // One set of properties serves consumers and producers alike, so what only one of them knows is no mistake; and the
  // embedded broker is the only one so old that it cannot be asked about a topic without making it.
  const std::string_view about = facility;
  if (about == "CONFWARN" || about == "AUTOCREATE") level = 7;
  // syslog's levels: 3 and below are errors, 4 warnings, 7 debugging.
  const auto severity = level <= 3   ? spdlog::level::err
                        : level == 4 ? spdlog::level::warn
                        : level <= 6 ? spdlog::level::info
                                     : spdlog::level::debug;
  try {
    spdlog::log(severity, "kafka: {} {}: {}", client != nullptr ? rd_kafka_name(client) : "", facility, text);
  } catch (...) {  // nothing of ours may unwind into C
  }
}

}  // namespace

KafkaConf NewBareKafkaConf() {
  KafkaConf conf(rd_kafka_conf_new());
  rd_kafka_conf_set_log_cb(conf.get(), Log);
  return conf;
}

Result<KafkaConf> NewKafkaConf(const KafkaOptions& options, std::span<const KafkaProperty> fixed,
                               std::span<const KafkaProperty> defaults) {
  if (options.brokers.empty()) return InvalidArgument("no Kafka broker is named; give --brokers HOST:PORT");
  KONTOR_ASSIGN_OR_RETURN(const auto properties, Resolve(options));
  KafkaConf conf = NewBareKafkaConf();
  KONTOR_RETURN_IF_ERROR(Set(conf.get(), "bootstrap.servers", options.brokers));
  KONTOR_RETURN_IF_ERROR(Set(conf.get(), "client.id", options.client_id.empty() ? "kontor" : options.client_id));
  for (const auto& [name, value] : defaults) KONTOR_RETURN_IF_ERROR(Set(conf.get(), name, value));
  for (const auto& [name, value] : properties) KONTOR_RETURN_IF_ERROR(Set(conf.get(), name, value));
  for (const auto& [name, value] : fixed) KONTOR_RETURN_IF_ERROR(Set(conf.get(), name, value));
  return conf;
}

Status CheckKafkaProperties(const KafkaOptions& options) {
  KONTOR_ASSIGN_OR_RETURN(const auto properties, Resolve(options));
  const KafkaConf conf = NewBareKafkaConf();
  for (const auto& [name, value] : properties) KONTOR_RETURN_IF_ERROR(Set(conf.get(), name, value));
  return OkStatus();
}

Result<KafkaClient> NewKafkaClient(rd_kafka_type_t type, KafkaConf conf) {
  char text[512];
  rd_kafka_t* client = rd_kafka_new(type, conf.get(), text, sizeof text);
  if (client == nullptr) return InvalidArgument("the Kafka client cannot be made: {}", text);
  static_cast<void>(conf.release());  // librdkafka owns it now
  // Whoever used a group has left it before; leaving it here could wait for an absent broker.
  return KafkaClient(client,
                     [](rd_kafka_t* last) { rd_kafka_destroy_flags(last, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE); });
}

std::string BrokersOf(rd_kafka_t* client) {
  char brokers[1'024] = "";
  size_t size = sizeof brokers;
  rd_kafka_conf_get(rd_kafka_conf(client), "bootstrap.servers", brokers, &size);
  return brokers;
}

StatusCode CodeOf(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
      return StatusCode::kOk;
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      return StatusCode::kNotFound;
    case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS:
      return StatusCode::kAlreadyExists;
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
      return StatusCode::kPermissionDenied;
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR__SSL:
      return StatusCode::kUnauthenticated;
    case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION:
      return StatusCode::kUnimplemented;
    case RD_KAFKA_RESP_ERR__DESTROY:
    case RD_KAFKA_RESP_ERR__PURGE_QUEUE:
    case RD_KAFKA_RESP_ERR__PURGE_INFLIGHT:
      return StatusCode::kCancelled;
    case RD_KAFKA_RESP_ERR__FATAL:
    case RD_KAFKA_RESP_ERR__FENCED:
    case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
    case RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH:
      return StatusCode::kFailedPrecondition;
    case RD_KAFKA_RESP_ERR__BAD_MSG:
    case RD_KAFKA_RESP_ERR__BAD_COMPRESSION:
    case RD_KAFKA_RESP_ERR_INVALID_MSG:
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
      return StatusCode::kDataLoss;
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
    case RD_KAFKA_RESP_ERR_INVALID_CONFIG:
    case RD_KAFKA_RESP_ERR_INVALID_PARTITIONS:
    case RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR:
    case RD_KAFKA_RESP_ERR_INVALID_REQUEST:
    case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
    case RD_KAFKA_RESP_ERR__INVALID_ARG:
      return StatusCode::kInvalidArgument;
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE:
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
    case RD_KAFKA_RESP_ERR__WAIT_COORD:
    case RD_KAFKA_RESP_ERR__NODE_UPDATE:
    case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
    case RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION:
    case RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_COORDINATOR:
    case RD_KAFKA_RESP_ERR_NOT_CONTROLLER:
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS:
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND:
    case RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR:
    case RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED:
      return StatusCode::kUnavailable;
    default:
      return StatusCode::kInternal;
  }
}

Status StatusOf(rd_kafka_resp_err_t error, std::string_view what) {
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return OkStatus();
  return MakeStatus(CodeOf(error), fmt::format("{}: {}", what, rd_kafka_err2str(error)));
}

}  // namespace kontor
