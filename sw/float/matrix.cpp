#include "sw/float/matrix.hpp"

#include "sw/parallel/parallel.hpp"

namespace intformer::floating {

double spread(const Matrix& matrix) {
  return (matrix.rowwise() - matrix.colwise().mean()).squaredNorm();
}

Matrix product(const Eigen::Ref<const Matrix>& a, const Eigen::Ref<const Matrix>& b) {
  constexpr uint32_t kColumns = 64;  // that a thread takes at least
  Matrix result(a.rows(), b.cols());
  parallel::parallelFor(
      static_cast<uint32_t>(b.cols()), kColumns, [&](uint32_t begin, uint32_t end) {
        result.middleCols(begin, end - begin).noalias() = a * b.middleCols(begin, end - begin);
      });
  return result;
}

}  // namespace intformer::floating
