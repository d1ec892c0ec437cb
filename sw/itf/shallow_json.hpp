#pragma once

#include <string_view>

namespace intformer::itf {

/// The JSON of a text, discarded where it is none or is nested more deeply than any of ours:
/// copying and printing values take a stack frame per level.
template <typename Json>
Json parseShallow(std::string_view text) {
  constexpr int kMostLevels = 32;
  bool deep = false;
  const auto check = [&deep](int depth, auto, const Json&) {
    deep = deep || depth > kMostLevels;
    return !deep;
  };
  Json json = Json::parse(text, check, false);
  return deep ? Json(Json::value_t::discarded) : json;
}

}  // namespace intformer::itf
