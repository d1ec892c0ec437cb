#include "sw/cli/board_programs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "sw/cli/progress.hpp"
#include "sw/compiler/join.hpp"
#include "sw/graph/lengths.hpp"
#include "sw/perf/estimate.hpp"

namespace intformer::cli {
namespace {

/// "5+6" -> {5, 6}
std::vector<uint32_t> parseBatch(const std::string& text) {
  std::vector<uint32_t> batch;
  const char* at = text.data();
  const char* const end = at + text.size();
  for (;;) {
    uint32_t length = 0;
    const auto [next, error] = std::from_chars(at, end, length);
    if (error != std::errc() || length == 0 || length > 4096) break;
    batch.push_back(length);
    if (next == end) return batch;
    if (*next != '+') break;
    at = next + 1;
  }
  throw std::invalid_argument(fmt::format(
      "--lengths: \"{}\" is not a number of tokens from 1 to 4096, or several as 5+6 for a batch",
      text));
}

uint64_t cyclesOf(const Program& program, const Graph& graph, const TensorValues& inputs,
                  const Plan& plan, const perf::MemoryTiming& memory) {
  const std::vector<uint8_t> lists = buildLists(program, graph, inputs);
  return perf::estimate(program.commands, program.programAddress, plan, memory, lists,
                        program.readOnlyEnd)
      .cycles;
}

}  // namespace

std::vector<std::vector<uint32_t>> parseLengths(const std::string& text) {
  std::vector<std::vector<uint32_t>> lengths;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    lengths.push_back(parseBatch(text.substr(at, comma - at)));
    if (std::count(lengths.begin(), lengths.end(), lengths.back()) > 1)
      throw std::invalid_argument(
          fmt::format("--lengths: {} comes twice", text.substr(at, comma - at)));
    at = comma + 1;
  }
  return lengths;
}

uint32_t longestOf(const std::vector<std::vector<uint32_t>>& lengths) {
  uint32_t longest = 0;
  for (const auto& batch : lengths) longest = std::max(longest, std::ranges::max(batch));
  return longest;
}

board::BoardProgram compileOne(const ModelInput& model, const Plan& plan,
                               const compiler::CompileOptions& options,
                               compiler::Decision* decision) {
  const StillWorking working("compiling " + model.name);
  board::BoardProgram result{compiler::compile(model.graph, plan, options, decision),
                             model.graph.tensors, model.seq, 0};
  result.cycles = cyclesOf(result.program, model.graph, model.inputs, plan, options.memory);
  return result;
}

std::vector<board::BoardProgram> compileAll(ModelInput& model, const Plan& plan,
                                            compiler::CompileOptions options,
                                            const std::vector<std::vector<uint32_t>>& lengths,
                                            uint64_t seed) {
  std::vector<board::BoardProgram> results;
  std::vector<Program> programs;
  options.sharedConstants = true;
  for (const auto& batch : lengths) {
    setLengths(model.graph, batch);
    model.seq = batch;
    model.inputs = drawnInputs(model, seed);
    board::BoardProgram result = compileOne(model, plan, options, nullptr);
    options.contents = false;  // the first program's serve all
    programs.push_back(std::move(result.program));
    results.push_back(std::move(result));
  }
  compiler::joinPrograms(programs);
  for (std::size_t i = 0; i < results.size(); ++i) results[i].program = std::move(programs[i]);
  return results;
}

}  // namespace intformer::cli
