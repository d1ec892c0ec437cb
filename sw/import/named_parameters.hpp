#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sw/float/parameters.hpp"

namespace intformer::importer {

/// Parameters that a reader found, by the names that model files give them.
class NamedParameters {
 public:
  void add(const std::string& name, floating::ParameterShape shape, std::vector<float> values) {
    values_[name] = {std::move(shape), std::move(values)};
  }
  void add(const std::string& name, floating::AffineMap map) {
    add(name + ".weights", {map.depth, map.cols}, std::move(map.weights));
    add(name + ".bias", {map.cols}, std::move(map.bias));
  }

  /// Moves them into the graph, which names no others. Throws ImportError that begins with `path` where
  /// one was read in another shape.
  void give(const std::string& path, floating::FloatGraph& graph);

 private:
  std::map<std::string, std::pair<floating::ParameterShape, std::vector<float>>> values_;
};

}  // namespace intformer::importer
