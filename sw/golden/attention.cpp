#include <algorithm>

#include "sw/golden/detail.hpp"
#include "sw/golden/gemm.hpp"
#include "sw/numerics/softmax.hpp"
#include "sw/parallel/parallel.hpp"

namespace intformer::golden {
namespace {

/// Query rows at a time: logits of a block are all that is kept of rows x keys.
constexpr uint32_t kBlockRows = 64;

/// Some rows of one head of a tensor, side by side.
class HeadRows {
 public:
  HeadRows(const Tensor& tensor, const RowSet& rows, uint32_t firstCol, uint32_t width) {
    const int16_t* const from = tensor.data.data() + firstCol;
    if (rows.isRange()) {
      operand_ = {from + std::size_t{rows.first} * tensor.cols, tensor.cols};
      return;
    }
    gathered_.reserve(std::size_t{rows.rows} * width);
    for (uint32_t i = 0; i < rows.rows; ++i) {
      const int16_t* const row = from + std::size_t{rows.at(i)} * tensor.cols;
      gathered_.insert(gathered_.end(), row, row + width);
    }
    operand_ = {gathered_.data(), width};
  }
  HeadRows(const HeadRows&) = delete;  // the operand points into it
  HeadRows& operator=(const HeadRows&) = delete;
  HeadRows(HeadRows&&) = default;
  HeadRows& operator=(HeadRows&&) = default;

  [[nodiscard]] GemmOperand from(uint32_t row) const {
    return {operand_.data + row * operand_.stride, operand_.stride};
  }

 private:
  std::vector<int16_t> gathered_;
  GemmOperand operand_{};
};

/// A segment's head: keys row by row, values column by column.
struct SegmentHead {
  HeadRows keys;
  std::vector<int16_t> values;  ///< headWidth x rows
};

SegmentHead segmentHead(const KeySegment& segment, const TensorValues& values, uint32_t head,
                        uint32_t width) {
  SegmentHead result{{values[segment.key], segment.set(), head * width, width}, {}};
  const HeadRows rows(values[segment.value], segment.set(), head * width, width);
  result.values.resize(std::size_t{width} * segment.rows);
  for (uint32_t j = 0; j < segment.rows; ++j) {
    const int16_t* const row = rows.from(j).data;
    for (uint32_t c = 0; c < width; ++c)
      result.values[std::size_t{c} * segment.rows + j] = row[c];
  }
  return result;
}

/// A segment's logits, and then weights, of a block of queries: the columns that any of them sees.
struct Block {
  ColumnRange columns;
  std::vector<int32_t> logits;   ///< queries x columns
  std::vector<int16_t> weights;  ///< the same; 0 where masked
};

/// One head on blocks of queries.
class Head {
 public:
  Head(const Attention& op, const TensorValues& values, Family family, uint32_t head)
      : op_(op), family_(family), head_(head),
        queries_(values[op.query], op.queries(), head * op.headWidth, op.headWidth) {
    for (const KeySegment& segment : op.segments)
      segments_.push_back(segmentHead(segment, values, op.keyHead(head), op.headWidth));
  }

  /// `weights`: of this head, rows x keys of the only segment; or none.
  void run(uint32_t first, uint32_t rows, int16_t* weights, Tensor& out) {
    for (std::size_t s = 0; s < segments_.size(); ++s) blocks_.push_back(logits(s, first, rows));
    std::vector<SoftmaxRow> scalars;
    for (uint32_t i = 0; i < rows; ++i)
      scalars.push_back(softmaxRow(weigh(first, i), op_.result[head_]));
    if (weights != nullptr) keepWeights(first, rows, weights);
    const std::vector<int32_t> sums = products(rows);
    for (uint32_t i = 0; i < rows; ++i)
      for (uint32_t c = 0; c < op_.headWidth; ++c)
        out.at(op_.queries().at(first + i), head_ * op_.headWidth + c) =
            rowNormalize(sums[std::size_t{i} * op_.headWidth + c], scalars[i]);
    blocks_.clear();
  }

 private:
  [[nodiscard]] Block logits(std::size_t segment, uint32_t first, uint32_t rows) const {
    Block block{op_.segments[segment].seen(first, rows), {}, {}};
    const uint32_t count = block.columns.count();
    block.logits.resize(std::size_t{rows} * count);
    block.weights.resize(block.logits.size());
    if (count != 0)
      gemm(queries_.from(first), segments_[segment].keys.from(block.columns.low), rows, count,
           op_.headWidth, block.logits.data(), count);
    return block;
  }

  /// Logits of a row -> unnormalized weights; returns their sum.
  uint32_t weigh(uint32_t first, uint32_t row) {
    int32_t reference = INT32_MIN;
    const auto each = [&](const auto& act) {
      for (std::size_t s = 0; s < blocks_.size(); ++s) {
        Block& block = blocks_[s];
        const ColumnRange valid = op_.segments[s].valid(first + row);
        const std::size_t at = std::size_t{row} * block.columns.count();
        for (uint32_t j = valid.low; j < valid.high; ++j)
          act(block, at + (j - block.columns.low), op_.segments[s].position + j);
      }
    };
    each([&](Block& block, std::size_t at, uint32_t) {
      int32_t& t = block.logits[at];
      t = static_cast<int32_t>(requantize<16>(t, op_.logit[head_]));
      reference = std::max(reference, t);
    });
    uint32_t sum = 0;
    each([&](Block& block, std::size_t at, uint32_t position) {
      const int32_t e = exp16(static_cast<uint32_t>(reference - block.logits[at]), family_);
      const uint8_t weight = exp8(e, op_.position + first + row, position, op_.dither);
      block.weights[at] = weight;
      sum += weight;
    });
    return sum;
  }

  void keepWeights(uint32_t first, uint32_t rows, int16_t* weights) const {
    const Block& block = blocks_.front();
    const uint32_t count = block.columns.count();
    const uint32_t keys = op_.segments.front().rows;
    for (uint32_t i = 0; i < rows; ++i)
      std::copy_n(block.weights.begin() + std::size_t{i} * count, count,
                  weights + std::size_t{first + i} * keys + block.columns.low);
  }

  [[nodiscard]] std::vector<int32_t> products(uint32_t rows) const {
    std::vector<int32_t> sums(std::size_t{rows} * op_.headWidth), part(sums.size());
    for (std::size_t s = 0; s < blocks_.size(); ++s) {
      const Block& block = blocks_[s];
      const uint32_t count = block.columns.count(), keys = op_.segments[s].rows;
      if (count == 0) continue;
      gemm({block.weights.data(), count}, {segments_[s].values.data() + block.columns.low, keys},
           rows, op_.headWidth, count, part.data(), op_.headWidth);
      for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += part[i];
    }
    return sums;
  }

  const Attention& op_;
  Family family_;
  uint32_t head_;
  HeadRows queries_;
  std::vector<SegmentHead> segments_;
  std::vector<Block> blocks_;
};

}  // namespace

void run(const Graph& graph, const Attention& op, TensorValues& values, Family family) {
  static_cast<void>(input(graph, values, op.query, op.name));
  for (const KeySegment& segment : op.segments)
    for (const TensorId id : {segment.key, segment.value})
      static_cast<void>(input(graph, values, id, op.name));
  Tensor* const weights = op.weights == kNoTensor ? nullptr : &output(graph, values, op.weights);
  Tensor& out = output(graph, values, op.output);
  const std::size_t headWeights = std::size_t{op.rows} * op.keys();
  parallel::parallelFor(op.heads, 1, [&](uint32_t begin, uint32_t end) {
    for (uint32_t index = begin; index < end; ++index) {
      Head head(op, values, family, index);
      int16_t* const kept =
          weights == nullptr ? nullptr : weights->data.data() + index * headWeights;
      for (uint32_t first = 0; first < op.rows; first += kBlockRows)
        head.run(first, std::min(kBlockRows, op.rows - first), kept, out);
    }
  });
}

}  // namespace intformer::golden
