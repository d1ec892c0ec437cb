#include "gen/emit/vector_path.hpp"

namespace intformer {

std::vector<EmittedFile> emitVectorPath(const Plan& plan) {
  return {emitVectorLanes(plan), emitVectorUnit(plan)};
}

}  // namespace intformer
