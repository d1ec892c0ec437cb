#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "gen/plan.hpp"

namespace intformer {

struct SizeSpec {
  std::string_view name;  ///< snake_case, used in SystemVerilog, C, JSON and Markdown
  uint32_t value;
  std::string_view doc;
};

/// The sizes of a device, in the order of Plan.
std::vector<SizeSpec> sizeSpecs(const Plan& plan);

/// Cycles and depths of gen/latencies.hpp that the hardware needs.
std::vector<SizeSpec> latencySpecs(const Plan& plan);

}  // namespace intformer
