#pragma once

#include <span>
#include <string>
#include <vector>

#include "gen/emit/emit.hpp"

namespace intformer {

/// A hand-written module of rtl/: a file holds one module of the same name.
struct Leaf {
  std::string module;
  std::string text;
};

/// Every leaf, sorted by its path in rtl/; embedded when the generator is built.
const std::vector<Leaf>& allLeaves();

/// The leaves that these files instantiate, directly or through other leaves, as
/// "leaves/<module>.sv".
std::vector<EmittedFile> usedLeaves(std::span<const EmittedFile> files);

}  // namespace intformer
