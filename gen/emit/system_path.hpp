#pragma once

#include "gen/emit/emit.hpp"

/// The modules that emitSystem gathers, one function each.
namespace intformer {

EmittedFile emitLoad(const Plan& plan);
EmittedFile emitStore(const Plan& plan);
EmittedFile emitFetch(const Plan& plan);
EmittedFile emitDispatch(const Plan& plan);
EmittedFile emitCauses(const Plan& plan);
EmittedFile emitRegisters(const Plan& plan);
EmittedFile emitTop(const Plan& plan);

}  // namespace intformer
