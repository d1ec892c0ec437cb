#include "sw/report/workload.hpp"

namespace intformer::report {

Work Workload::total() const {
  Work sum;
  for (const Work& part : parts) {
    sum.flops += part.flops;
    sum.bytes += part.bytes;
  }
  return sum;
}

Workload workloadOf(const EncoderShape& shape, uint32_t tokens) {
  const double d = shape.width;
  const double l = tokens;
  const double x = l * d;                // elements of an activation
  const double y = shape.heads * l * l;  // elements of the attention weights
  Workload work{{{{8 * x * d, 4 * d * d + 8 * x},
                  {4 * l * l * d - y - x, 4 * x + 2 * y},
                  {16 * x * d, 8 * d * d + 10 * x},
                  {4 * y + 58 * x, 2 * y + 17 * x + 4 * d}}}};
  for (Work& part : work.parts) {
    part.flops *= shape.layers;
    part.bytes *= shape.layers;
  }
  return work;
}

}  // namespace intformer::report
