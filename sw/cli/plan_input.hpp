#pragma once

#include <optional>
#include <span>
#include <string>

#include "gen/plan.hpp"

namespace intformer::cli {

/// The device of a config, named as in docs/1.4; says on stderr why there is none.
std::optional<Plan> readPlan(const std::string& config, std::span<const std::string> overrides);

}  // namespace intformer::cli
