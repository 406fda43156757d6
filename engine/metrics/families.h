// What is told to Prometheus, gathered family by family and rendered as its text: prometheus-cpp stands behind this
// file alone.
//
// A family that is begun is told even where nothing of it was added, so what is told does not depend on what happened.
#pragma once

#include <prometheus/metric_family.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/distribution.h"

namespace kontor {

using MetricLabels = std::map<std::string, std::string>;

class Families {
 public:
  // Begin a family, to which Add then adds. Its name follows Prometheus' conventions: base units, _total for counters.
  void Counter(std::string name, std::string help) { Begin(std::move(name), std::move(help), Type::Counter); }
  void Gauge(std::string name, std::string help) { Begin(std::move(name), std::move(help), Type::Gauge); }
  void Histogram(std::string name, std::string help) { Begin(std::move(name), std::move(help), Type::Histogram); }

  // Of the family that was begun last.
  void Add(const MetricLabels& labels, double value);
  void Add(const MetricLabels& labels, const Distribution::Reading& reading);

  // In Prometheus' text format.
  std::string Text() const;

 private:
  using Type = prometheus::MetricType;
  void Begin(std::string name, std::string help, Type type);

  std::vector<prometheus::MetricFamily> families_;
};

}  // namespace kontor
