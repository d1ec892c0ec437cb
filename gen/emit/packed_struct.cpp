#include "gen/emit/packed_struct.hpp"

#include <fmt/format.h>

namespace intformer {

void PackedStruct::add(std::string_view type, const std::string& member) {
  members_.add(std::string(type), member + ';');
}

void PackedStruct::add(uint32_t width, const std::string& member) {
  width_ += width;
  add(width == 1 ? "logic" : fmt::format("logic [{}:0]", width - 1), member);
}

std::string PackedStruct::text() const {
  return fmt::format("\n  // {}\n  typedef struct packed {{\n{}  }} {};\n", title_,
                     members_.text("    "), name_);
}

}  // namespace intformer
