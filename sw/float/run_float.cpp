#include "sw/float/run_float.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "sw/files/import_error.hpp"
#include "sw/float/matrix.hpp"
#include "sw/numerics/fit.hpp"
#include "sw/parallel/parallel.hpp"

namespace intformer::floating {

using files::ImportError;
using parallel::parallelFor;

namespace {

Eigen::Map<Matrix> writable(FloatMatrix& matrix) {
  return {matrix.data.data(), matrix.rows, matrix.cols};
}

constexpr uint32_t kColumns = 64;  // of the weights, that a thread takes at least
constexpr uint32_t kRows = 8;

FloatMatrix multiply(const FloatMatrix& input, const AffineMap& op) {
  FloatMatrix out(input.rows, op.cols);
  const MatrixView weights = view(op);
  const MatrixView bias(op.bias.data(), 1, op.cols);
  parallelFor(op.cols, kColumns, [&](uint32_t begin, uint32_t end) {
    auto part = writable(out).middleCols(begin, end - begin);
    part.noalias() = view(input) * weights.middleCols(begin, end - begin);
    part.rowwise() += bias.row(0).segment(begin, end - begin);
  });
  return out;
}

FloatMatrix normalize(const FloatMatrix& input, const FloatLayerNorm& norm) {
  FloatMatrix out(input.rows, input.cols);
  parallelFor(input.rows, kRows, [&](uint32_t begin, uint32_t end) {
    for (uint32_t r = begin; r < end; ++r) {
      const float* x = input.row(r);
      double mean = 0, variance = 0;
      if (!norm.rootMeanSquare) {
        for (uint32_t c = 0; c < input.cols; ++c) mean += x[c];
        mean /= input.cols;
      }
      for (uint32_t c = 0; c < input.cols; ++c) variance += (x[c] - mean) * (x[c] - mean);
      const double scale = 1 / std::sqrt(variance / input.cols + norm.epsilon);
      for (uint32_t c = 0; c < input.cols; ++c)
        out.row(r)[c] = static_cast<float>((x[c] - mean) * scale * norm.gamma[c] + norm.offset(c));
    }
  });
  return out;
}

void activate(FloatMatrix& x, ActivationKind kind) {
  constexpr float kHalfRoot = std::numbers::sqrt2_v<float> / 2;
  parallelFor(x.rows, kRows, [&](uint32_t begin, uint32_t end) {
    for (float* value = x.row(begin); value != x.row(end); ++value)
      *value = kind == ActivationKind::Gelu
                   ? 0.5F * *value * (1 + std::erf(*value * kHalfRoot))
                   : static_cast<float>(activationInReals(kind, *value));
  });
}

/// Softmax of the valid columns of every row, in place; the others become 0.
void softmax(Matrix& logits, const Mask& mask) {
  for (Eigen::Index r = 0; r < logits.rows(); ++r) {
    const Eigen::Index low = std::clamp<Eigen::Index>(mask.low + (mask.lowMoves ? r : 0), 0, r);
    const Eigen::Index high =
        std::clamp<Eigen::Index>(mask.high + (mask.highMoves ? r : 0), r + 1, logits.cols());
    auto valid = logits.row(r).segment(low, high - low).array();
    valid = (valid - valid.maxCoeff()).exp();
    valid /= valid.sum();
    logits.row(r).head(low).setZero();
    logits.row(r).tail(logits.cols() - high).setZero();
  }
}

/// Sums of the tables' rows for one sequence, into the rows of `sum` from `row` on.
void addEmbeddings(const FloatEmbedding& op, const TokenBatch& batch, std::size_t sequence,
                   FloatMatrix& sum, uint32_t row) {
  const std::vector<uint32_t>& tokens = batch.sequences[sequence];
  if (tokens.size() > op.positions)
    throw ImportError(fmt::format("sentence of {} tokens: the model has {} positions",
                                  tokens.size(), op.positions));
  const auto line = [&](const std::vector<float>& table, std::size_t index) {
    return table.data() + index * sum.cols;
  };
  for (uint32_t r = 0; r < tokens.size(); ++r) {
    if (tokens[r] >= op.vocabulary)
      throw ImportError(fmt::format("token id {}: the model has a vocabulary of {}", tokens[r],
                                    op.vocabulary));
    const float* token = line(op.tokenTable, tokens[r]);
    const float* position = line(op.positionTable, r);
    float* const out = sum.row(row + r);
    for (uint32_t c = 0; c < sum.cols; ++c) out[c] = token[c] + position[c];
    if (op.segments == 0) continue;
    const float* segment = line(op.segmentTable, batch.segment(sequence, r));
    for (uint32_t c = 0; c < sum.cols; ++c) out[c] += segment[c];
  }
}

FloatMatrix run(const FloatEmbedding& op, const FloatGraph& graph, const TokenBatch& batch,
                const FloatValues&) {
  if (batch.hasPairs() && op.segments < 2)
    throw ImportError("the model has one segment, a pair of texts needs two");
  std::size_t tokens = 0;
  for (const auto& sequence : batch.sequences) tokens += sequence.size();
  FloatMatrix sum(static_cast<uint32_t>(tokens), graph.tensors[op.output].cols);
  uint32_t row = 0;
  for (std::size_t i = 0; i < batch.sequences.size(); ++i) {
    addEmbeddings(op, batch, i, sum, row);
    row += static_cast<uint32_t>(batch.sequences[i].size());
  }
  return sum;
}

FloatMatrix run(const FloatInput& op, const FloatGraph& graph, const TokenBatch& batch,
                const FloatValues&) {
  std::size_t tokens = 0;
  for (const auto& sequence : batch.sequences) tokens += sequence.size();
  FloatMatrix rows(static_cast<uint32_t>(tokens), graph.tensors[op.output].cols);
  if (batch.frames.size() != rows.data.size())
    throw ImportError(fmt::format("{}: {} values for {} rows of {}", op.name, batch.frames.size(),
                                  rows.rows, rows.cols));
  std::ranges::copy(batch.frames, rows.data.begin());
  return rows;
}

FloatMatrix run(const FloatLinear& op, const FloatGraph&, const TokenBatch&,
                const FloatValues& values) {
  FloatMatrix out = multiply(values[op.input], op.map);
  if (const auto* activation = std::get_if<FloatActivation>(&op.epilogue))
    activate(out, activation->kind);
  if (const auto* residual = std::get_if<FloatResidual>(&op.epilogue)) {
    const FloatMatrix& identity = values[residual->identity];
    for (std::size_t i = 0; i < out.data.size(); ++i) out.data[i] += identity.data[i];
  }
  return out;
}

FloatMatrix run(const FloatAttention& op, const FloatGraph& graph, const TokenBatch& batch,
                const FloatValues& values) {
  const uint32_t width = op.headWidth;
  const float scale = 1 / std::sqrt(static_cast<float>(width));
  FloatMatrix context(values[op.query].rows, graph.tensors[op.output].cols);
  parallelFor(op.heads, 1, [&](uint32_t begin, uint32_t end) {
    Matrix weights;
    for (uint32_t head = begin; head < end; ++head) {
      uint32_t row = 0;
      for (const auto& sequence : batch.sequences) {
        const auto length = static_cast<uint32_t>(sequence.size());
        const auto part = [&](TensorId id) {
          return view(values[id]).block(row, head * width, length, width);
        };
        weights.noalias() = part(op.query) * part(op.key).transpose() * scale;
        softmax(weights, op.reach.mask(length));
        writable(context).block(row, head * width, length, width).noalias() =
            weights * part(op.value);
        row += length;
      }
    }
  });
  return context;
}

FloatMatrix run(const FloatLayerNorm& op, const FloatGraph&, const TokenBatch&,
                const FloatValues& values) {
  return normalize(values[op.input], op);
}

}  // namespace

void runFloatOperator(const FloatGraph& graph, const FloatOperator& op, const TokenBatch& batch,
                      FloatValues& values) {
  values.resize(graph.tensors.size());
  values[outputOf(op)] = std::visit(
      [&](const auto& specific) { return run(specific, graph, batch, values); }, op);
}

FloatValues runFloat(const FloatGraph& graph, const TokenBatch& batch) {
  FloatValues values;
  for (const FloatOperator& op : graph.operators) runFloatOperator(graph, op, batch, values);
  return values;
}

FloatMatrix floatOutput(const FloatGraph& graph, const TokenBatch& batch) {
  const std::vector<std::size_t> last = lastReaders(graph);
  FloatValues values;
  for (std::size_t i = 0; i < graph.operators.size(); ++i) {
    runFloatOperator(graph, graph.operators[i], batch, values);
    for (TensorId id = 0; id < values.size(); ++id)
      if (last[id] <= i) values[id] = FloatMatrix();
  }
  return std::move(values[graph.output]);
}

}  // namespace intformer::floating
