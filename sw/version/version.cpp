#include "sw/version/version.hpp"

namespace intformer {

std::string_view programVersion() { return INTFORMER_VERSION; }

}  // namespace intformer
