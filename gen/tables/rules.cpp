#include "gen/tables/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <map>

#include "sw/numerics/activation_table.hpp"
#include "sw/numerics/layernorm.hpp"

namespace intformer {
namespace {

constexpr std::array kFieldRules = {
    FieldRule{Field::ChunkWords, Limit::AtLeast, 1},
    FieldRule{Field::Chunks, Limit::AtLeast, 1},
    FieldRule{Field::MatmulRows, Limit::AtLeast, 1},
    FieldRule{Field::Depth, Limit::AtLeast, 1},
    FieldRule{Field::Cols, Limit::AtLeast, 1},
    FieldRule{Field::Rows, Limit::AtLeast, 1},
    FieldRule{Field::Panels, Limit::AtLeast, 1},
    FieldRule{Field::MemoryAddr, Limit::MultipleOfDim, 0},
    FieldRule{Field::MemoryStride, Limit::MultipleOfDim, 0},
    FieldRule{Field::Chunks, Limit::AtMost, kMaxGatherRows, Opcode::Gather},
    FieldRule{Field::MemoryStride, Limit::MultipleOf, kGatherStrideBytes, Opcode::Gather},
    FieldRule{Field::IndexAddr, Limit::MultipleOf, 4},
    FieldRule{Field::Function, Limit::AtMost, 2},
    FieldRule{Field::Rows, Limit::AtMost, ActivationTable::kSegments, Opcode::ActivationTable},
    FieldRule{Field::Panels, Limit::AtMost, 1, Opcode::ActivationTable},
    FieldRule{Field::MeanFactor, Limit::AtLeast, uint64_t{1} << 23},
    FieldRule{Field::Epsilon, Limit::AtLeast, 64},
    FieldRule{Field::Width, Limit::AtLeast, 1},
    FieldRule{Field::Width, Limit::AtMost, kMaxNormWidth},
};

constexpr std::array kRelationRules = {
    RelationRule{Opcode::Requantize, Relation::OneOf, Field::Out8, Field::Out16},
    RelationRule{Opcode::LayerNorm, Relation::AnyOf, Field::Out8, Field::Out16},
    RelationRule{Opcode::RowScalarLayerNorm, Relation::CeilLog2, Field::Width, Field::WidthLog},
};

bool keeps(const FieldRule& rule, const Command& command, uint32_t dim) {
  const uint64_t value = command.at(rule.field);
  switch (rule.limit) {
    case Limit::AtLeast: return value >= rule.value;
    case Limit::AtMost: return value <= rule.value;
    case Limit::MultipleOf: return value % rule.value == 0;
    case Limit::MultipleOfDim: return value % dim == 0;
  }
  return false;
}

bool keeps(const RelationRule& rule, const Command& command) {
  const uint64_t first = command.at(rule.first), second = command.at(rule.second);
  switch (rule.relation) {
    case Relation::OneOf: return first != second;
    case Relation::AnyOf: return (first | second) != 0;
    case Relation::CeilLog2: return first != 0 && second == std::bit_width(first - 1);
  }
  return false;
}

/// Whether a bit belongs to a field of the opcode. `end` waits for all queues as it is and has no
/// tokens.
bool uses(const OpcodeSpec& spec, unsigned bit) {
  const auto holds = [&](Field field) {
    const FieldSpec& at = fieldSpec(field);
    return bit >= at.lsb && bit < at.lsb + at.width;
  };
  if (holds(Field::Opcode)) return true;
  if (spec.queue && (holds(Field::Wait) || holds(Field::Signal))) return true;
  return std::ranges::any_of(spec.fields, holds);
}

std::vector<SpareBits> gatherSpareBits() {
  std::map<std::vector<bool>, SpareBits> groups;
  for (uint16_t bit = 0; bit < kCommandBytes * 8; ++bit) {
    std::vector<bool> unused;
    for (const OpcodeSpec& spec : opcodes()) unused.push_back(!uses(spec, bit));
    if (std::ranges::none_of(unused, [](bool b) { return b; })) continue;
    SpareBits& group = groups[unused];
    group.unusedBy = unused;
    if (!group.ranges.empty() && group.ranges.back().lsb + group.ranges.back().width == bit)
      ++group.ranges.back().width;
    else
      group.ranges.push_back({bit, 1});
  }
  std::vector<SpareBits> result;
  for (auto& [key, group] : groups) result.push_back(std::move(group));
  std::ranges::sort(result, {}, [](const SpareBits& bits) { return bits.ranges.front().lsb; });
  return result;
}

/// The first bit that is set and must not be, or -1.
int strayBit(const OpcodeSpec& spec, const Command& command) {
  const auto index = static_cast<std::size_t>(&spec - opcodes().data());
  for (const SpareBits& group : spareBits()) {
    if (!group.unusedBy[index]) continue;
    for (const auto& range : group.ranges)
      for (int bit = range.lsb; bit < range.lsb + range.width; ++bit)
        if ((command.words()[static_cast<std::size_t>(bit) / 32] >> (bit % 32) & 1) != 0)
          return bit;
  }
  return -1;
}

std::string quoted(Field field) { return fmt::format("`{}`", fieldSpec(field).name); }

}  // namespace

std::span<const FieldRule> fieldRules() { return kFieldRules; }
std::span<const RelationRule> relationRules() { return kRelationRules; }

bool lists(const OpcodeSpec& spec, Field field) {
  return std::ranges::find(spec.fields, field) != spec.fields.end();
}

bool holdsFor(const FieldRule& rule, const OpcodeSpec& spec) {
  return lists(spec, rule.field) && (!rule.only || *rule.only == spec.opcode);
}

std::string ruleText(const FieldRule& rule) {
  const std::string value = std::to_string(rule.value);
  switch (rule.limit) {
    case Limit::AtLeast: return "at least " + value;
    case Limit::AtMost: return rule.value == 0 ? "0" : "at most " + value;
    case Limit::MultipleOf: return "a multiple of " + value;
    case Limit::MultipleOfDim: return "a multiple of DIM";
  }
  return "";
}

std::string ruleText(const RelationRule& rule) {
  const std::string first = quoted(rule.first), second = quoted(rule.second);
  switch (rule.relation) {
    case Relation::OneOf: return "exactly one of " + first + " and " + second + " is 1";
    case Relation::AnyOf: return "at least one of " + first + " and " + second + " is 1";
    case Relation::CeilLog2: return second + " is ceil(log2 " + first + ")";
  }
  return "";
}

const std::vector<SpareBits>& spareBits() {
  static const std::vector<SpareBits> bits = gatherSpareBits();
  return bits;
}

std::optional<std::string> findIllegalField(const Command& command, uint32_t dim) {
  const OpcodeSpec& spec = *findOpcode(command.opcode());
  for (const FieldRule& rule : kFieldRules)
    if (holdsFor(rule, spec) && !keeps(rule, command, dim))
      return quoted(rule.field) + " must be " + ruleText(rule);
  for (const RelationRule& rule : kRelationRules)
    if (rule.opcode == spec.opcode && !keeps(rule, command))
      return "not kept: " + ruleText(rule);
  if (spec.queue && (command.waitsFor(*spec.queue) || command.signals(*spec.queue)))
    return "a command must not wait for its own queue or signal it";
  if (const int bit = strayBit(spec, command); bit >= 0)
    return fmt::format("bit {} of word {} must be 0: the opcode has no field there", bit % 32,
                       bit / 32);
  return std::nullopt;
}

uint64_t illegalFieldAddress(const Command& command, uint32_t dim) {
  const OpcodeSpec& spec = *findOpcode(command.opcode());
  for (const FieldRule& rule : kFieldRules)
    if (rule.limit == Limit::MultipleOfDim && holdsFor(rule, spec) && !keeps(rule, command, dim))
      return command.at(Field::MemoryAddr);
  return 0;
}

}  // namespace intformer
