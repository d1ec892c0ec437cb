#pragma once

#include <algorithm>
#include <vector>

namespace intformer {

/// The middle one of some values; of an even number the mean of the two in the middle.
inline double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values.at(half) : (values.at(half - 1) + values.at(half)) / 2;
}

}  // namespace intformer
