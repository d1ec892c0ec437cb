#include "gen/emit/emit.hpp"

namespace intformer {

std::vector<EmittedFile> emitVectorPath(const Plan&) { return {}; }

}  // namespace intformer
