#pragma once

#include <string>
#include <string_view>

namespace intformer::importer {

/// Strings of a range with `between` between them.
template <typename Range>
std::string joined(const Range& parts, std::string_view between) {
  std::string all;
  bool first = true;
  for (const auto& part : parts) {
    if (!first) all += between;
    all += part;
    first = false;
  }
  return all;
}

}  // namespace intformer::importer
