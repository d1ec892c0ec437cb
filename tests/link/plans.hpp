#pragma once

#include <string>
#include <vector>

#include "gen/config.hpp"
#include "tests/catch.hpp"

namespace intformer::test {

inline Plan planOf(const std::string& config, const std::vector<std::string>& overrides = {}) {
  const ConfigResult result = loadConfig("configs/" + config + ".toml", overrides);
  REQUIRE(result.plan);
  return *result.plan;
}

}  // namespace intformer::test
