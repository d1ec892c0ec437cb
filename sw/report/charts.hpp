#pragma once

#include <string>

#include "sw/report/run_data.hpp"

/// The sections of the report: HTML with a picture and the table of its numbers.
namespace intformer::report {

std::string operatorSection(const RunData& run);
std::string stallSection(const RunData& run);
std::string rooflineSection(const RunData& run);
std::string tracksSection(const RunData& run);
std::string memorySection(const RunData& run);

/// CSS class of an operator's kind; kinds beyond the palette share the last one.
std::string kindClass(const std::string& kind);
/// "linear, attention, layer norm" with their colours, of the kinds that the run has.
std::string kindLegend(const RunData& run);
/// A swatch of colour and its name.
std::string legendEntry(const std::string& css, const std::string& name);

}  // namespace intformer::report
