#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace intformer::cli {

/// JSON of what users wrote: bytes that are no UTF-8 come out as U+FFFD, which is how they are read.
/// `indent` -1: in one line.
inline std::string jsonText(const nlohmann::ordered_json& json, int indent = -1) {
  return json.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace intformer::cli
