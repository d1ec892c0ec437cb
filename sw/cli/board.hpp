#pragma once

#include <cstdint>
#include <string>

#include "gen/plan.hpp"
#include "sw/cli/model_input.hpp"
#include "sw/compiler/program.hpp"

/// What a board's host is told of a compiled model (docs/8-boards.md, section 8.2).
namespace intformer::cli {

struct BoardModel {
  const ModelInput& model;
  const Plan& plan;
  const Program& program;
  uint64_t base = 0;    ///< device address of the image
  uint64_t cycles = 0;  ///< of a run, by the performance model
};

/// The memory map, and of a trained model where sentences come in and embeddings out: memory.json.
std::string memoryJson(const BoardModel& board);

/// The same of a trained model, without what only the device uses, for a host in C: model.h.
/// Throws std::invalid_argument for a model without trained output.
std::string modelHeader(const BoardModel& board);

}  // namespace intformer::cli
