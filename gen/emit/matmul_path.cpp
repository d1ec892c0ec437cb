#include "gen/emit/matmul_path.hpp"

namespace intformer {

std::vector<EmittedFile> emitMatmulPath(const Plan& plan) {
  return {emitArray(plan), emitMatmul(plan), emitAccumulator(plan), emitScratchpad(plan)};
}

}  // namespace intformer
