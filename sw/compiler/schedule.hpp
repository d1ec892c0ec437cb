#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

namespace intformer::compiler {

/// Where a row block of an operand lies while column tiles pass over it.
enum class Operands : uint8_t {
  Resident,  ///< in the scratchpad, for every operator: from producer to consumer where it can
  Streamed,  ///< depth chunks are loaded again for every group of column tiles where it must be
};

/// Scratchpad words for streamed operands, and for results on their way to memory; what is left
/// keeps row blocks.
struct Division {
  uint32_t streamed = 0;
  uint32_t results = 0;
  bool operator==(const Division&) const = default;
};

/// What all operators of a schedule share.
struct Frame {
  Operands operands = Operands::Resident;
  uint32_t rowBlock = 1;  ///< rows that one pass over an operator's weights covers
  Division division = {};
  bool keepsLogits = false;  ///< in the scratchpad, of operators where that may pay
  bool operator==(const Frame&) const = default;
};

/// How one linear operator is cut.
struct LinearCut {
  uint32_t columnTiles = 0;  ///< column tiles per matmul command
  uint32_t depthPanels = 0;  ///< panels of depth per chunk of weights
  bool operator==(const LinearCut&) const = default;
};

/// Where a step's logits are between their maximum and their weights. No way changes a result.
enum class Logits : uint8_t {
  Accumulator,  ///< all of them, as sums
  Scratchpad,   ///< chunk by chunk, in 16 bits
  Twice,        ///< nowhere: each chunk is computed again
};

/// What of an attention operator is done in one go, with nothing between in memory. Less than all is
/// there to be compared with. No choice changes a result.
enum class Fusion : uint8_t {
  None,     ///< logits, softmax, and the products with the values one behind the other
  Softmax,  ///< logits and softmax in one go
  All,
};

/// How one attention operator is cut.
struct AttentionCut {
  uint32_t rows = 0;  ///< query rows per step, at most
  uint32_t keys = 0;  ///< keys per chunk; 0: all at once, which is the accumulator's way
  Logits logits = Logits::Accumulator;
  Fusion fusion = Fusion::All;
  bool operator==(const AttentionCut&) const = default;
};

/// None: the operator follows the frame alone.
using Cut = std::variant<std::monostate, LinearCut, AttentionCut>;

/// All that lowering is free to choose. The order of the tasks follows from it (tasks.hpp), but for
/// those that fill a wait (pick.hpp). No schedule changes a result.
struct Schedule {
  Frame frame = {};
  std::vector<Cut> cuts = {};  ///< by operator
  bool operator==(const Schedule&) const = default;
};

/// "blocks of 32 rows, resident, 192/64/256 KiB": streamed, results, resident; ", logits kept".
std::string text(const Frame& frame, uint32_t scratchWords, uint32_t dim);
/// "32 columns, depth 768" or "16 query rows per step" or "16 query rows, 64 keys twice per step" or
/// "16 query rows, logits kept, 64 keys at a time"; empty for none.
std::string text(const Cut& cut, uint32_t dim);

/// A schedule does not fit; another one may.
class Unfit : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace intformer::compiler
