#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gen/tables/commands.hpp"

/// Which values every command field may take, described once: the dispatcher's checks, the
/// emulator's, the compiler's and the documentation are rendered from or read these tables.
/// A command that breaks a rule is an illegal field.
namespace intformer {

/// What a value of one field must be.
enum class Limit : uint8_t {
  AtLeast,
  AtMost,
  MultipleOf,     ///< a power of two
  MultipleOfDim,  ///< of the array's size
};

struct FieldRule {
  Field field;
  Limit limit;
  uint64_t value;  ///< none for MultipleOfDim
  /// The only opcode that it holds for; none: every one that lists the field.
  std::optional<Opcode> only = std::nullopt;
};

/// What fields must be together.
enum class Relation : uint8_t {
  OneOf,     ///< of two bits exactly one is set
  AnyOf,     ///< of two bits at least one is set
  CeilLog2,  ///< second = ceil(log2 first)
};

struct RelationRule {
  Opcode opcode;
  Relation relation;
  Field first;
  Field second;
};

std::span<const FieldRule> fieldRules();
std::span<const RelationRule> relationRules();
/// Whether an opcode lists the field; the common header is listed by all.
bool lists(const OpcodeSpec& spec, Field field);
/// Whether a rule holds for an opcode.
bool holdsFor(const FieldRule& rule, const OpcodeSpec& spec);
/// "at least 1", "a multiple of DIM"
std::string ruleText(const FieldRule& rule);
/// "exactly one of `out8` and `out16` is 1"
std::string ruleText(const RelationRule& rule);

/// Bits that some opcode does not use and that must be 0 there. All bits of a group are unused by
/// the same opcodes.
struct SpareBits {
  struct Range {
    uint16_t lsb;
    uint16_t width;
  };
  std::vector<Range> ranges;
  std::vector<bool> unusedBy;  ///< indexed like opcodes()
};
const std::vector<SpareBits>& spareBits();

/// The first rule that a command breaks, in words for people; none if it is legal. The opcode must
/// be known. `dim`: the array's size.
std::optional<std::string> findIllegalField(const Command& command, uint32_t dim);

/// The address that goes with an illegal field: that of memory where it or its stride is no
/// multiple of DIM, else 0.
uint64_t illegalFieldAddress(const Command& command, uint32_t dim);

}  // namespace intformer
