#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

namespace intformer::fpga {

/// Calls body(i) for every i below `count`, `jobs` at a time: each waits for a program of its own, so
/// that their number is the user's and not that of the cores. All are called; then what the first one
/// that failed has thrown is thrown here.
void runJobs(std::size_t count, uint32_t jobs, const std::function<void(std::size_t)>& body);

}  // namespace intformer::fpga
