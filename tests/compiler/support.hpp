#pragma once

#include <string>

#include "sw/compiler/compile.hpp"

namespace intformer::test {

/// Runs a program on the emulator and compares every tensor with the golden model; empty: equal.
/// Otherwise the emulator's refusal, or the first value that differs.
std::string runAndCompare(const Graph& graph, const Plan& plan, const Program& program,
                          const TensorValues& inputs);

/// A shipped config, with overrides.
Plan configPlan(const std::string& name, const std::vector<std::string>& overrides = {});

}  // namespace intformer::test
