#pragma once

#include <vector>

#include "gen/emit/emit.hpp"

namespace intformer {

/// Every file of rtl/, sorted by its path there: what is the same in all devices. A file holds one
/// module of its own name, and refers to the config by the package intformer_pkg. The texts are
/// embedded when the generator is built.
const std::vector<EmittedFile>& libraryFiles();

/// Every file of gen/templates/, sorted by its path there.
const std::vector<EmittedFile>& templateFiles();

}  // namespace intformer
