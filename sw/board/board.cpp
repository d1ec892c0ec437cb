#include "sw/board/board.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "gen/device.hpp"
#include "gen/tables/registers.hpp"
#include "sw/compiler/listing.hpp"
#include "sw/graph/lengths.hpp"
#include "sw/runtime/example/image.h"
#include "sw/version/version.hpp"

namespace intformer::board {
namespace {

using Json = nlohmann::ordered_json;

const char* permissionText(uint32_t permissions) {
  return (permissions & INTFORMER_WINDOW_WRITABLE) != 0 ? "read-write" : "read";
}

/// What sentences mean to the device: the same for every length.
Json sentencesJson(const BoardModel& board) {
  const auto nameOf = [&](TensorId tensor) { return board.graph.tensors[tensor].name; };
  const Embedding& embedding = tokensOf(board);
  const TrainedOutput& output = *board.output;
  std::vector<double> lsb;
  for (const double step : output.outputStep) lsb.push_back(step / 256);
  const importer::Pooling& pooling = output.pooling;
  return {{"tokens", {{"tensor", nameOf(embedding.token)}, {"vocabulary", embedding.vocabulary}}},
          {"places",
           {{"tensor", nameOf(embedding.place)},
            {"positions", embedding.positions},
            {"segments", embedding.placeCount / embedding.positions}}},
          {"states",
           {{"tensor", nameOf(output.output16)}, {"narrow", nameOf(output.output8)}, {"lsb", lsb}}},
          {"pooling",
           {{"mode", importer::poolingName(pooling.mode)}, {"normalize", pooling.normalize}}}};
}

}  // namespace

const Embedding& tokensOf(const BoardModel& board) {
  const Embedding* const embedding = embeddingOf(board.graph);
  if (embedding != nullptr && board.output != nullptr) return *embedding;
  throw std::invalid_argument(board.model + ": no sentences come in");
}

Placement placementOf(const BoardModel& board, const BoardProgram& program, TensorId tensor) {
  for (Placement placement : program.program.placements) {
    placement.address += board.base;
    if (placement.tensor == tensor) return placement;
  }
  throw std::invalid_argument("a tensor of the host's has no place in memory");
}

tb::Job jobOf(const BoardModel& board, const BoardProgram& program) {
  tb::Job job = tb::jobOf(program.program, board.plan.windowCount);
  job.programAddress += board.base;
  for (tb::OpenWindow& window : job.windows) {
    window.base += board.base;
    window.end += board.base;
  }
  return job;
}

std::string memoryJson(const BoardModel& board) {
  const BoardProgram& first = board.programs[0];
  Json map = reportHead(board.plan);
  map["model"] = board.model;
  map["image"] = {{"format", int{IMAGE_FORMAT_VALUE}},
                  {"id", fmt::format("{:#018x}", board.imageId)},
                  {"address", board.base},
                  {"bytes", board.imageBytes},
                  {"trailer_bytes", int{IMAGE_TRAILER_BYTES}}};
  map["memory"] = {{"address", board.base}, {"bytes", first.program.memoryBytes}};
  map["constants"] = {{"address", board.base + first.program.constantsAddress},
                      {"bytes", first.program.readOnlyEnd - first.program.constantsAddress}};
  for (const tb::OpenWindow& window : jobOf(board, first).windows)
    map["windows"].push_back({{"base", window.base},
                              {"end", window.end},
                              {"permissions", permissionText(window.permissions)}});
  if (board.output != nullptr) map["sentences"] = sentencesJson(board);
  for (const BoardProgram& program : board.programs) {
    Json entry = {{"lengths", program.lengths}, {"estimated_cycles", program.cycles}};
    entry.update(
        Json::parse(compiler::programMapJson(program.program, program.tensors, board.base)));
    map["programs"].push_back(entry);
  }
  return map.dump(2) + "\n";
}

std::string imageTrailer(const BoardModel& board) {
  std::string trailer(IMAGE_TRAILER_BYTES, '\0');
  const auto put = [&](std::size_t at, uint64_t value, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) trailer[at + i] = static_cast<char>(value >> (8 * i));
  };
  trailer.replace(IMAGE_MAGIC, 8, IMAGE_MAGIC_TEXT);
  put(IMAGE_FORMAT, IMAGE_FORMAT_VALUE, 4);
  put(IMAGE_INTERFACE, kDeviceVersion, 4);
  put(IMAGE_CONFIG_HASH, configHash(board.plan), 8);
  put(IMAGE_BYTES, board.imageBytes, 8);
  put(IMAGE_ADDRESS, board.base, 8);
  put(IMAGE_ID, board.imageId, 8);
  put(IMAGE_PROGRAMS, board.programs.size(), 4);
  const std::string_view version = version::programVersion().substr(0, IMAGE_VERSION_BYTES);
  trailer.replace(IMAGE_VERSION, version.size(), version);
  return trailer;
}

std::string nameForC(std::string_view text) {
  std::string name;
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    const bool known = u < 128 && std::isalnum(u) != 0;
    name += known ? static_cast<char>(std::tolower(u)) : '_';
  }
  return name.empty() || std::isalpha(static_cast<unsigned char>(name[0])) == 0 ? "model_" + name
                                                                                : name;
}

}  // namespace intformer::board
