#pragma once

namespace intformer {

/// Which integer approximation computes GELU and 2^-x (docs/2-numerics.md, sections 2.5 and 2.6).
enum class Family { Ibert, Pwl };

}  // namespace intformer
