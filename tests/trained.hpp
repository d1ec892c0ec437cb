#pragma once

#include <filesystem>
#include <string>

#include "tests/catch.hpp"

namespace intformer::test {

/// Whether a file of the trained model is absent; says so in the words by which ctest reports the
/// test as skipped. For cases with the tag [trained], which run by themselves.
inline bool isAbsent(const std::filesystem::path& file) {
  if (std::filesystem::exists(file)) return false;
  WARN("skipped: " << file.string() << " is missing; make minilm makes it");
  return true;
}

}  // namespace intformer::test
