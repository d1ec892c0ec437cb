#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gen/plan.hpp"
#include "sw/graph/graph.hpp"
#include "sw/import/sentence_files.hpp"
#include "sw/program/program.hpp"
#include "tb/rtl_run.hpp"

/// What a board's host is told of a compiled model (docs/8-boards.md, section 8.2).
namespace intformer::board {

/// What the host of a trained model knows of its results.
struct TrainedOutput {
  TensorId output8 = kNoTensor, output16 = kNoTensor;  ///< last hidden states
  std::vector<double> outputStep;                      ///< what they are worth (QuantizedModel)
  importer::Pooling pooling;
};

/// A program for sequences of given lengths.
struct BoardProgram {
  Program program;
  std::vector<TensorInfo> tensors;  ///< of the graph, by TensorId
  std::vector<uint32_t> lengths;    ///< tokens of each sequence
  uint64_t cycles = 0;              ///< of a run, by the performance model
};

/// A model compiled for one or more lengths: all programs in one image.
struct BoardModel {
  std::string model;                      ///< its name
  const Graph& graph;                     ///< for any of the lengths
  const TrainedOutput* output = nullptr;  ///< of a trained model
  const Plan& plan;
  std::string name;  ///< prefix of what model.h defines: [a-z][a-z0-9_]*
  std::span<const BoardProgram> programs;
  uint64_t base = 0;  ///< device address of the image
  uint64_t imageBytes = 0;
  uint64_t imageId = 0;
};

/// Where the tokens of a trained model come in; throws std::invalid_argument for any other.
const Embedding& tokensOf(const BoardModel& board);
/// What the device is told before a run of a program at the board's addresses.
tb::Job jobOf(const BoardModel& board, const BoardProgram& program);
/// Where a tensor lies at the board's addresses.
Placement placementOf(const BoardModel& board, const BoardProgram& program, TensorId tensor);

/// The memory map, and of a trained model where sentences come in and embeddings out: memory.json.
std::string memoryJson(const BoardModel& board);

/// What stays with the host at the end of image.bin (sw/runtime/example/image.h).
std::string imageTrailer(const BoardModel& board);

/// The constant for sw/runtime/example that holds all that a host in C needs of a trained model:
/// model.h. Throws std::invalid_argument for a model without trained output.
std::string modelHeader(const BoardModel& board);

/// "My-Model.v2" -> "my_model_v2": a name for BoardModel.
std::string nameForC(std::string_view text);

}  // namespace intformer::board
