#include "gen/emit/emit.hpp"

namespace intformer {

std::vector<EmittedFile> emitSystem(const Plan&) { return {}; }

}  // namespace intformer
