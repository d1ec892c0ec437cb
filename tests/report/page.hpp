#pragma once

#include <cctype>
#include <string>
#include <vector>

namespace intformer::report_test {

/// What is wrong with the nesting of a page's elements; "" when every one is closed in its place.
inline std::string faultOf(const std::string& page) {
  std::vector<std::string> open;
  for (std::size_t at = page.find('<'); at != std::string::npos; at = page.find('<', at + 1)) {
    if (page[at + 1] == '!') continue;
    const std::size_t end = page.find('>', at);
    if (end == std::string::npos) return "'<' without '>' at " + std::to_string(at);
    const bool closes = page[at + 1] == '/';
    std::string name;
    for (std::size_t i = at + 1 + closes; i < end && std::isalnum(page[i]) != 0; ++i)
      name += page[i];
    if (name.empty()) return "an element without a name: " + page.substr(at, 40);
    if (closes) {
      if (open.empty() || open.back() != name) return "</" + name + "> out of place";
      open.pop_back();
    } else if (page[end - 1] != '/') {
      open.push_back(name);
    }
  }
  return open.empty() ? "" : "<" + open.back() + "> is not closed";
}

}  // namespace intformer::report_test
