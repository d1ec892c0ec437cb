#pragma once

#include <cstdint>

#include "fpga/synthesis/synthesis.hpp"
#include "gen/plan.hpp"

/// What is counted from the hardware's structure and not fitted.
namespace intformer::area {

/// DP16KD or RAMB18 that Yosys makes of one memory with a read and a write port: none where it
/// takes LUTs, by the same costs.
uint64_t ramBlocks(synthesis::FpgaTarget target, uint64_t width, uint64_t depth);

/// The device's, all memories together.
uint64_t deviceBlocks(synthesis::FpgaTarget target, const Plan& plan);

/// DSPs of the array: two products of a row share one on UltraScale+.
uint64_t arrayDsps(const Plan& plan);
/// DSPs of the vector unit: of each lane and of the row-scalar unit.
uint64_t vectorDsps(synthesis::FpgaTarget target, const Plan& plan);

}  // namespace intformer::area
