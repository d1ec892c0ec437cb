#pragma once

#include <stdexcept>

namespace intformer::files {

/// A model file that is missing, broken or not what it must be: the input is refused. The message
/// names file and tensor; several faults are separated by line ends.
struct ImportError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace intformer::files
