#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bench/figures.hpp"
#include "gen/plan.hpp"
#include "sw/graph/graph.hpp"

namespace intformer::bench {

/// A model on a device, whose use of the array is measured.
struct Case {
  const char* name;
  const char* model;   ///< of configs/models
  const char* config;  ///< of configs
  std::vector<std::string> sets;    ///< config keys to override
  std::vector<uint32_t> sequences;  ///< tokens or rows of each
  uint32_t layers = 1;
  bool tokens = false;  ///< from token ids, else from the first layer's input
  uint32_t latency = 100;
  bool onRtl = false;  ///< else by the performance model, which knows the RTL's cycles exactly
  bool quick = false;  ///< takes well under a second by the performance model
  std::optional<Goal> goal = {};  ///< of the utilization, in percent
};

/// The table of utilizations, in the order of printing.
std::span<const Case> utilizationCases();

/// A model and a device, ready to be compiled.
struct Job {
  Plan plan;
  Graph graph;
  TensorValues inputs;
  uint64_t macs = 0;
};

/// Reads both files and draws the model. Throws std::runtime_error for a file that is refused.
Job prepare(const std::string& config, std::span<const std::string> sets, const std::string& model,
            uint32_t layers, const std::vector<uint32_t>& sequences, bool tokens);
Job prepare(const Case& one);
/// All layers of a model, from token ids where it has an embedding.
Job prepareWhole(const std::string& config, const std::string& model, uint32_t tokens);

}  // namespace intformer::bench
