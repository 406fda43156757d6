// Questions to the cluster that are answered at once or not at all: what a topic is, what stands at an offset; and
// making a topic.
//
// Threads: any. Every call waits for the broker, up to its timeout.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "engine/source/event_source.h"
#include "engine/source/kafka_client.h"
#include "engine/source/kafka_source.h"

namespace kontor {

// Unavailable, nobody answers.
Status CheckKafkaBroker(rd_kafka_t* client, std::chrono::milliseconds timeout);

// NotFound, there is no such topic; Unavailable, nobody answers, or the topic is just being made.
Result<TopicFacts> QueryTopicFacts(rd_kafka_t* client, const std::string& topic, std::chrono::milliseconds timeout);

Result<TopicConfig> QueryTopicConfig(rd_kafka_t* client, const std::string& topic, std::chrono::milliseconds timeout);

Result<ClusterFacts> QueryClusterFacts(rd_kafka_t* client, std::chrono::milliseconds timeout);

// Where the partition begins and ends now; nothing is said of open transactions.
Result<Watermarks> QueryPartitionEnds(rd_kafka_t* client, const std::string& topic, Partition partition,
                                      std::chrono::milliseconds timeout);

Status CreateKafkaTopic(rd_kafka_t* client, const std::string& topic, int32_t partitions,
                        const std::map<std::string, std::string>& config, std::chrono::milliseconds timeout);

// The client is used for this alone: it holds at most one record of the partition afterwards.
Result<std::optional<FetchedRecord>> FetchKafkaRecord(const KafkaClient& client, const std::string& topic,
                                                      Partition partition, Offset offset,
                                                      std::chrono::milliseconds timeout);

}  // namespace kontor
