// What the commands are told: each option of the command line, read and checked.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "engine/base/civil.h"
#include "engine/base/money.h"
#include "engine/event/partitioner.h"
#include "engine/server/http_server.h"
#include "engine/source/kafka_options.h"
#include "tools/kontor/logging.h"

namespace kontor {

// How to reach the broker, and how the topic's emitters give keys to partitions.
struct BrokerOptions {
  BrokerOptions() {
    kafka.brokers = "localhost:9092";
    kafka.group_id = "kontor";
  }
  KafkaOptions kafka;
  Partitioner partitioner = Partitioner::kMurmur2;
};

struct TopicOptions {
  std::string events = "kontor.events";
  std::string reference = "kontor.reference";
  std::string rejected = "kontor.rejected";
};

// What readings are told in. Not given: as the folder was told in before (Reporting), and the clock.
struct ReportingOptions {
  std::optional<Currency> currency;
  std::optional<Zone> zone;
  std::optional<Instant> now;
};

struct ServeOptions {
  LogOptions log;
  BrokerOptions broker;
  TopicOptions topics;
  ReportingOptions reporting;
  std::string data_dir;
  HttpServerOptions http;
};

struct DemoCommandOptions {
  LogOptions log;
  ReportingOptions reporting;  // now: where the trickle's clock starts
  uint64_t seed = 1;
  bool exit = false;
  std::string data_dir;  // empty: a fresh temporary folder
  HttpServerOptions http;
};

struct RebuildOptions {
  std::string data_dir;
  ReportingOptions reporting;
};

struct DoctorOptions {
  BrokerOptions broker;
  TopicOptions topics;
  std::string data_dir;  // empty: no folder is looked at
  std::string listen = std::string(kDefaultListen);
  std::string auth_token_file;
  bool json = false;
};

struct EmitOptions {
  BrokerOptions broker;
  TopicOptions topics;
  std::string file = "-";  // "-": standard input
  bool unchecked = false;  // sends what intake will refuse, too
  bool wait = false;       // until the engine at `server` shows what was sent
  std::string server = "http://" + std::string(kDefaultListen);
  std::string auth_token;
};

// A stopped engine's folder, to read from.
struct FolderOptions {
  std::string data_dir;
  ReportingOptions reporting;
  // Told how far digests are, which are made where they are asked for. May be empty.
  std::function<void(uint64_t records, uint64_t total)> digest_progress;
};

// Where a reading command reads.
struct ReadingOptions {
  std::string server;  // a URL
  std::string auth_token;
  std::string otherwise;  // what else can be done where no server answers
  std::string data_dir;   // not empty: of this folder, and no server is asked
  ReportingOptions reporting;
  bool json = false;
  // As FolderOptions'; a server does not tell.
  std::function<void(uint64_t records, uint64_t total)> digest_progress;
};

}  // namespace kontor
