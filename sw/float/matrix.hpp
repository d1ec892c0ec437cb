#pragma once

#include <Eigen/Core>
#include <span>

#include "sw/float/float_matrix.hpp"

namespace intformer::floating {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using MatrixView = Eigen::Map<const Matrix>;

inline MatrixView view(const FloatMatrix& matrix) {
  return {matrix.data.data(), matrix.rows, matrix.cols};
}
inline MatrixView view(const AffineMap& map) {
  return {map.weights.data(), map.depth, map.cols};
}

inline Eigen::RowVectorXf asFloat(std::span<const double> values) {
  return Eigen::Map<const Eigen::RowVectorXd>(values.data(),
                                              static_cast<Eigen::Index>(values.size()))
      .cast<float>();
}

/// Squared distances of the rows from their mean.
double spread(const Matrix& matrix);

/// a * b on all cores.
Matrix product(const Eigen::Ref<const Matrix>& a, const Eigen::Ref<const Matrix>& b);

}  // namespace intformer::floating
