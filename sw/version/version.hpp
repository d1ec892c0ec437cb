#pragma once

#include <string_view>

namespace intformer::version {

/// "1.2.3": the program's version, written into all that it makes.
std::string_view programVersion();

}  // namespace intformer::version
