#pragma once

#include "gen/emit/emit.hpp"

/// The modules that emitMatmulPath gathers, one function each.
namespace intformer {

EmittedFile emitArray(const Plan& plan);
EmittedFile emitMatmul(const Plan& plan);
EmittedFile emitAccumulator(const Plan& plan);
EmittedFile emitScratchpad(const Plan& plan);

}  // namespace intformer
