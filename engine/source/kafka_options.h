// How to reach Kafka, and as whom.
#pragma once

#include <map>
#include <string>

#include "engine/base/status.h"

namespace kontor {

// Every property of librdkafka can be passed through, save those that Kontor's promises rest on (offsets, checksums,
// isolation, acknowledgements) and those named by fields here: giving one of these is InvalidArgument.
//
// A property's value may stand in a file: the property's name with `.file` behind it then gives the path, as
// `sasl.password.file` (on the command line, sasl.password=@/etc/kontor/kafka-password). A line end at the file's end
// is not part of the value. Secrets can only be given so, and others must not be able to read the file: a command line
// is shown by ps, and a configuration is logged.
struct KafkaOptions {
  std::string brokers;    // HOST:PORT,...
  std::string client_id;  // as brokers log us; empty: "kontor"
  std::string group_id;   // the group of instances that share the events topic; empty: Subscribe is refused
  std::string member_id;  // this instance in the group, static: the same after a restart, no other's; empty: dynamic
  std::map<std::string, std::string> properties;  // by librdkafka's names
};

// What is wrong with a property by itself, named as it stands on the command line: InvalidArgument, with the nearest of
// an unknown one and with what a wrong one takes; NotFound and PermissionDenied of a file.
Status CheckKafkaProperties(const KafkaOptions& options);

}  // namespace kontor
