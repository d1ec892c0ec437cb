#pragma once

// Catch2 is version 2 in Debian 12 and version 3 in newer distributions.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
inline auto containsText(const std::string& text) {
  return Catch::Matchers::ContainsSubstring(text);
}
#else
#include <catch2/catch.hpp>
inline auto containsText(const std::string& text) { return Catch::Matchers::Contains(text); }
#endif
