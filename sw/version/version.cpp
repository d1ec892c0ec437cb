#include "sw/version/version.hpp"

namespace intformer::version {

std::string_view programVersion() { return INTFORMER_VERSION; }

}  // namespace intformer::version
