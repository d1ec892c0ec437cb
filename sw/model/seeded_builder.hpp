#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "sw/model/bert.hpp"
#include "sw/model/random.hpp"

namespace intformer::model {

/// Activations in two widths. step[c] is the real value of one LSB of the int8 tensor, 256 of the
/// int16 one. Without LayerNorm there is only the first.
struct ActivationStream {
  TensorId narrow = kNoTensor;
  TensorId wide = kNoTensor;
  std::vector<double> step;
};

/// What the builders of seeded graphs share: draws an operator's integers, runs it on the values of
/// its inputs and chooses the scales of its output from the result.
class SeededBuilder {
 public:
  SeededBuilder(const ModelSpec& spec, const std::vector<uint32_t>& lengths, uint64_t seed,
                Integers integers);
  Graph take() { return std::move(graph_); }

 protected:
  double spread(double sigma) { return std::exp(sigma * random_.normal()); }
  TensorId addTensor(const std::string& name, ElementType type, uint32_t cols,
                     TensorRole role = TensorRole::Intermediate, uint32_t groupCols = 0,
                     uint32_t rows = 0);  ///< 0: those of the batch
  /// Bell-shaped int8 weights of deviation 32, one of them 127 in every output channel as
  /// per-channel quantization leaves it; bias absorbs the input's zero points.
  Linear drawLinear(const std::string& name, TensorId input, TensorId output, uint32_t depth,
                    uint32_t cols, const std::vector<int8_t>& inputZero);
  /// Adds a random bias of `mean` and `deviation` times the sums' own size, to the operator and to
  /// its sums; returns that size.
  double addBias(Linear& op, std::vector<int32_t>& sums, double mean, double deviation);
  /// Runs an operator whose integers are complete and appends it to the graph; appends it alone
  /// where nothing is drawn.
  void finish(Operator op);

  /// Input of a symmetric int8 linear operator: zero points that its bias absorbs.
  struct Operand {
    TensorId tensor = kNoTensor;
    uint32_t depth = 0;
    std::vector<int8_t> zero;
  };
  /// Linear to symmetric int8, one real scale per group of `groupCols` columns.
  TensorId addRequantized(const std::string& name, const Operand& input, uint32_t cols,
                          uint32_t groupCols, TensorRole role = TensorRole::Intermediate);
  /// Linear and GELU of the stream; `zero` receives the zero points of its output.
  TensorId addHidden(const std::string& name, std::vector<int8_t>& zero);
  /// Linear and residual sum; the stream's int16 tensor is the identity and gets replaced by the
  /// result. Returns the real value of one LSB of the result.
  double addResidual(const std::string& name, const Operand& input);
  /// LayerNorm of the residual that the stream holds, to "<tensor>8" and "<tensor>16".
  void addNorm(const std::string& name, const std::string& tensor, double inputStep,
               TensorRole role);
  /// Attention of every sequence by the spec's pattern, all with the same scales.
  struct Heads {
    TensorId query = kNoTensor, key = kNoTensor, value = kNoTensor;
    uint32_t keys = 0;               ///< rows of key and value, of one sequence; 0: as the queries
    std::vector<KeySegment> before;  ///< what comes before the sequence
  };
  TensorId addAttention(const std::string& prefix, const Heads& heads, uint32_t layer = 0,
                        TensorRole role = TensorRole::Intermediate);

  /// A constant: a bell-shaped matrix, or a row's mean of `mean` columns, one behind the other.
  TensorId addMatrix(const std::string& name, uint32_t rows, uint32_t cols, uint32_t mean = 0);
  /// left * right to symmetric int8, with a real scale per head of the right one.
  TensorId addProduct(const std::string& name, TensorId left, TensorId right);
  /// Linformer (Wang et al., 2020): as many keys as the spec has projected ones, each a weighted sum
  /// of all, and of the values alike.
  void projectKeys(const std::string& prefix, Heads& heads);
  /// Transformer-XL (Dai et al., 2019) and Compressive Transformer (Rae et al., 2020): keys and values
  /// of earlier segments, which come in, and means of still earlier ones.
  void rememberKeys(const std::string& prefix, Heads& heads);

  const ModelSpec& spec_;
  const std::vector<uint32_t>& lengths_;  ///< tokens of each sequence
  uint32_t seq_;                          ///< tokens of all
  bool drawn_;                            ///< integers are drawn
  uint64_t seed_;
  Random random_;
  Graph graph_;
  TensorValues values_;
  std::vector<double> gain_;  ///< 1, and 4 to 8 in the few outlier channels
  ActivationStream stream_;

 private:
  /// Scales per column, of groups of columns alike but for some spread, with which sums fill int8.
  std::vector<Scale> fitGroups(const std::vector<int32_t>& sums, uint32_t cols, uint32_t groupCols,
                               const std::string& name);
  /// An input, with the values that seededInputs() gives it.
  TensorId addKeysInput(const std::string& name, uint32_t rows);
  /// The operators of all sequences, without scales and output.
  std::vector<Attention> sequences(const std::string& prefix, const Heads& heads, uint32_t layer);
  Scale logitScale(const Attention& op, uint32_t head);
};

/// Root of the mean square, at least 1.
double rootMeanSquare(const std::vector<int32_t>& values);

/// Per-channel steps for channels whose largest magnitudes are `peaks`, so that `codes` steps reach
/// the peak in every channel, and a channel that is larger by r has a step larger by r^0.65.
std::vector<double> smoothedSteps(const std::vector<double>& peaks, double codes);

}  // namespace intformer::model
