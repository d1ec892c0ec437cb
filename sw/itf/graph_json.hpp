#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <stdexcept>
#include <vector>

#include "sw/graph/graph.hpp"

namespace intformer::itf {

/// A description that is no graph; the message names the part.
struct GraphFormatError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Structure and small numbers as JSON; every vector as {"at": byte, "count": n} of `blob`, to
/// which it is appended in the host's (little endian) order.
nlohmann::ordered_json graphToJson(const Graph& graph, std::vector<uint8_t>& blob);

/// The inverse. Throws GraphFormatError for missing and surplus fields, wrong types, numbers beyond
/// their fields, stretches beyond the blob and tensors that do not exist.
Graph graphFromJson(const nlohmann::ordered_json& json, std::span<const uint8_t> blob);

/// Appends values to a blob, aligned to 8 bytes, and says where.
nlohmann::ordered_json appendDoubles(const std::vector<double>& values,
                                     std::vector<uint8_t>& blob);
/// Throws GraphFormatError.
std::vector<double> doublesFromJson(const nlohmann::ordered_json& json,
                                    std::span<const uint8_t> blob);

}  // namespace intformer::itf
