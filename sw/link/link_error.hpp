#pragma once

#include <stdexcept>

namespace intformer::link {

/// A cable, port or board that does not do what it should; what() is place, reason and way out.
struct LinkError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace intformer::link
