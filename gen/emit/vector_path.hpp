#pragma once

#include "gen/emit/emit.hpp"

/// The parts of emitVectorPath.
namespace intformer {

EmittedFile emitVectorLanes(const Plan& plan);  ///< lane pipeline with the family's coefficients
EmittedFile emitVectorUnit(const Plan& plan);   ///< decode, sequencing, statistics, writes

}  // namespace intformer
