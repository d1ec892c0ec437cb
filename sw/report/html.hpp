#pragma once

#include <string>

#include "sw/report/run_data.hpp"

namespace intformer::report {

/// The run as one HTML page: pictures in SVG, the table of numbers beside each, no scripts, nothing
/// from outside. Follows the reader's light or dark scheme.
std::string reportHtml(const RunData& run);

}  // namespace intformer::report
