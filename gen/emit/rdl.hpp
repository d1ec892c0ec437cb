#pragma once

#include <string>

#include "gen/plan.hpp"

namespace intformer {

/// The registers of a device as the body of an addrmap of SystemRDL 2.0.
std::string registerRdl(const Plan& plan);

}  // namespace intformer
