#include "sw/quantizer/weights.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "sw/parallel/parallel.hpp"

namespace intformer::quantizer {

using floating::AffineMap;
using floating::Matrix;
using floating::view;

namespace {

constexpr double kMaxBias = 1 << 29;
constexpr double kFloor = 1e-4;  // of the widest column, for those that vanish
/// Of every input's own variance, as they differ by orders of magnitude.
constexpr double kDamping = 0.01;
constexpr Eigen::Index kBlock = 32;

Matrix folded(const AffineMap& source, std::span<const double> rowSteps) {
  Matrix weights = view(source);
  for (Eigen::Index k = 0; k < weights.rows(); ++k)
    weights.row(k) *= static_cast<float>(rowSteps[static_cast<std::size_t>(k)]);
  return weights;
}

std::vector<double> columnSteps(const Matrix& weights, bool perChannel) {
  const Eigen::RowVectorXf peaks = weights.cwiseAbs().colwise().maxCoeff();
  std::vector<double> steps;
  for (const float peak : peaks) steps.push_back(peak / 127.0);
  const double widest = std::max(1e-12, std::ranges::max(steps));
  for (double& step : steps) step = perChannel ? std::max(step, kFloor * widest) : widest;
  return steps;
}

float rounded(float value) { return std::clamp(std::nearbyint(value), -127.0F, 127.0F); }

/// Upper triangular U with U^T * U the inverse of the damped covariance.
Matrix inverseRoot(const Matrix& covariance) {
  Eigen::MatrixXd reversed = covariance.cast<double>().reverse();
  const double floor = std::max(1e-9, kDamping * kDamping * reversed.diagonal().mean());
  reversed.diagonal() *= 1 + kDamping;
  reversed.diagonal().array() += floor;
  const Eigen::MatrixXd lower = reversed.llt().matrixL();
  const Eigen::MatrixXd upper = lower.reverse();  // upper * upper^T is the covariance
  const Eigen::MatrixXd root = upper.triangularView<Eigen::Upper>().solve(
      Eigen::MatrixXd::Identity(upper.rows(), upper.cols()));
  return root.cast<float>();
}

/// GPTQ on some columns, in place: rows are in their order already.
void roundColumns(Eigen::Ref<Matrix> weights, const Matrix& root) {
  const Eigen::Index rows = weights.rows();
  Matrix part = weights;
  for (Eigen::Index begin = 0; begin < rows; begin += kBlock) {
    const Eigen::Index size = std::min(kBlock, rows - begin);
    Matrix errors(size, part.cols());
    for (Eigen::Index i = 0; i < size; ++i) {
      const Eigen::Index row = begin + i;
      weights.row(row) = part.row(row).unaryExpr(&rounded);
      errors.row(i) = (part.row(row) - weights.row(row)) / root(row, row);
      for (Eigen::Index next = row + 1; next < begin + size; ++next)
        part.row(next) -= root(row, next) * errors.row(i);
    }
    const Eigen::Index rest = rows - begin - size;
    if (rest > 0)
      part.bottomRows(rest).noalias() -=
          root.block(begin, begin + size, size, rest).transpose() * errors;
  }
}

}  // namespace

Matrix nearestProduct(const AffineMap& source, std::span<const double> rowSteps) {
  Matrix weights = folded(source, rowSteps);
  const Eigen::RowVectorXf steps = floating::asFloat(columnSteps(weights, true));
  weights.array().rowwise() /= steps.array();
  weights = weights.unaryExpr(&rounded);
  weights.array().rowwise() *= steps.array();
  return weights;
}

Matrix covariance(const Matrix& codes) {
  const Matrix centred = codes.rowwise() - codes.colwise().mean();
  return floating::product(centred.transpose(), centred) / static_cast<float>(codes.rows());
}

Matrix roundSecondOrder(const Matrix& weights, const Matrix& covariance) {
  std::vector<Eigen::Index> order(static_cast<std::size_t>(weights.rows()));
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, [&](Eigen::Index a, Eigen::Index b) {
    return covariance(a, a) > covariance(b, b);
  });
  const Matrix root = inverseRoot(covariance(order, order));
  Matrix sorted = weights(order, Eigen::all);
  parallel::parallelFor(static_cast<uint32_t>(sorted.cols()), 64,
                        [&](uint32_t begin, uint32_t end) {
                          roundColumns(sorted.middleCols(begin, end - begin), root);
                        });
  Matrix result(weights.rows(), weights.cols());
  for (std::size_t i = 0; i < order.size(); ++i)
    result.row(order[i]) = sorted.row(static_cast<Eigen::Index>(i));
  return result;
}

std::vector<double> quantizeLinear(const AffineMap& source, std::span<const double> extra,
                                   const LinearInput& input, const WeightOptions& options,
                                   Linear& op) {
  const Matrix weights = folded(source, input.coding.step);
  std::vector<double> bias(source.bias.begin(), source.bias.end());
  for (std::size_t c = 0; c < extra.size(); ++c) bias[c] += extra[c];
  std::vector<double> step = columnSteps(weights, options.perChannel);
  for (std::size_t c = 0; c < source.cols; ++c)
    step[c] = std::max(step[c], std::abs(bias[c]) / kMaxBias);
  Matrix integers = weights.array().rowwise() / floating::asFloat(step).array();
  integers = options.secondOrder ? roundSecondOrder(integers, covariance(input.codes))
                                 : Matrix(integers.unaryExpr(&rounded));
  if (options.biasCorrection) {
    const Eigen::RowVectorXf exact = view(input.values).colwise().mean() * view(source);
    const Eigen::RowVectorXf now = input.codes.colwise().mean() * integers;
    for (uint32_t c = 0; c < source.cols; ++c) bias[c] += exact[c] - now[c] * step[c];
  }
  op.weights.resize(source.weights.size());
  std::transform(integers.data(), integers.data() + integers.size(), op.weights.begin(),
                 [](float weight) { return static_cast<int8_t>(weight); });
  for (uint32_t c = 0; c < source.cols; ++c) {
    int64_t total = std::llround(bias[c] / step[c]);
    for (std::size_t k = 0; k < source.depth; ++k)
      total -= int64_t{input.coding.zero[k]} * op.weights[k * source.cols + c];
    op.bias.push_back(static_cast<int32_t>(std::clamp<int64_t>(total, -(1 << 30), 1 << 30)));
  }
  return step;
}

}  // namespace intformer::quantizer
