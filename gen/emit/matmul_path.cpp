#include "gen/emit/emit.hpp"

namespace intformer {

std::vector<EmittedFile> emitMatmulPath(const Plan&) { return {}; }

}  // namespace intformer
