#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "sw/study/flat.hpp"

namespace intformer::study {

/// The study as one HTML page: curves and the tables of their numbers.
std::string flatPage(const Flat& flat);
/// The numbers: {device, points: [{keys, bus_bytes, ways: [...]}], elements: [...]}.
nlohmann::ordered_json flatJson(const Flat& flat);

}  // namespace intformer::study
