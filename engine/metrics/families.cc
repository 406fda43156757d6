#include "engine/metrics/families.h"

#include <prometheus/text_serializer.h>

#include <limits>
#include <utility>

#include "engine/base/check.h"

namespace kontor {
namespace {

prometheus::ClientMetric Labelled(const MetricLabels& labels) {
  prometheus::ClientMetric metric;
  for (const auto& [name, value] : labels) metric.label.push_back({name, value});
  return metric;
}

}  // namespace

void Families::Begin(std::string name, std::string help, Type type) {
  families_.push_back({std::move(name), std::move(help), type, {}});
}

void Families::Add(const MetricLabels& labels, double value) {
  KONTOR_CHECK(!families_.empty() && families_.back().type != Type::Histogram);
  prometheus::ClientMetric metric = Labelled(labels);
  if (families_.back().type == Type::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
  families_.back().metric.push_back(std::move(metric));
}

void Families::Add(const MetricLabels& labels, const Distribution::Reading& reading) {
  KONTOR_CHECK(!families_.empty() && families_.back().type == Type::Histogram);
  prometheus::ClientMetric metric = Labelled(labels);
  uint64_t count = 0;
  for (size_t i = 0; i < reading.counts.size(); ++i) {
    count += reading.counts[i];
    const bool bounded = i < reading.bounds.size();
    metric.histogram.bucket.push_back({count, bounded ? reading.bounds[i] : std::numeric_limits<double>::infinity()});
  }
  metric.histogram.sample_count = count;
  metric.histogram.sample_sum = reading.sum;
  families_.back().metric.push_back(std::move(metric));
}

std::string Families::Text() const { return prometheus::TextSerializer().Serialize(families_); }

}  // namespace kontor
