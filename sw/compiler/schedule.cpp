#include "sw/compiler/schedule.hpp"

#include <fmt/format.h>

namespace intformer::compiler {

std::string text(const Frame& frame, uint32_t scratchWords, uint32_t dim) {
  const auto kib = [&](uint32_t words) { return uint64_t{words} * dim / 1024; };
  const Division& division = frame.division;
  return fmt::format("blocks of {} rows, {}, {}/{}/{} KiB{}", frame.rowBlock,
                     frame.operands == Operands::Resident ? "resident" : "streamed",
                     kib(division.streamed), kib(division.results),
                     kib(scratchWords - division.streamed - division.results),
                     frame.keepsLogits ? ", logits kept" : "");
}

namespace {

std::string text(Fusion fusion) {
  switch (fusion) {
    case Fusion::None: return ", nothing fused";
    case Fusion::Softmax: return ", softmax fused";
    case Fusion::All: break;
  }
  return {};
}

std::string text(const AttentionCut& cut) {
  switch (cut.logits) {
    case Logits::Accumulator: return fmt::format("{} query rows per step", cut.rows);
    case Logits::Scratchpad:
      return fmt::format("{} query rows, logits kept, {} keys at a time", cut.rows, cut.keys);
    case Logits::Twice: break;
  }
  return fmt::format("{} query rows, {} keys twice per step", cut.rows, cut.keys);
}

}  // namespace

std::string text(const Cut& cut, uint32_t dim) {
  if (const auto* linear = std::get_if<LinearCut>(&cut))
    return fmt::format("{} columns, depth {}", linear->columnTiles * dim,
                       linear->depthPanels * dim);
  const auto* attention = std::get_if<AttentionCut>(&cut);
  return attention == nullptr ? std::string() : text(*attention) + text(attention->fusion);
}

}  // namespace intformer::compiler
