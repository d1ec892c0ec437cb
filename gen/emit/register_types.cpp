#include "gen/emit/register_types.hpp"

#include <fmt/format.h>

#include "gen/writer.hpp"

namespace intformer {
namespace {

/// `typedef struct packed { ... } <name>;` under a comment.
class Struct {
 public:
  Struct(std::string_view title, std::string_view name) : title_(title), name_(name) {}

  void add(std::string_view type, const std::string& member) {
    members_.add(std::string(type), member + ';');
  }
  void add(uint32_t width, const std::string& member) {
    add(width == 1 ? "logic" : fmt::format("logic [{}:0]", width - 1), member);
  }
  [[nodiscard]] std::string text() const {
    return fmt::format("\n  // {}\n  typedef struct packed {{\n{}  }} {};\n", title_,
                       members_.text("    "), name_);
  }

 private:
  std::string title_;
  std::string name_;
  Columns members_;
};

}  // namespace

std::string windowMember(const RegisterRow& row) { return fmt::format("window_{}", row.name); }

std::string registerTypes() {
  Struct settings("What software has set. Of windows, the first one lies in the lowest bits.",
                  "settings_t");
  Struct pulses("For one cycle what software has written a one to.", "pulses_t");
  Struct readings("What software reads of the hardware; flags are set by a pulse.", "readings_t");
  for (const auto& row : registerRows()) {
    for (const auto& field : row.fields) {
      const std::string member = memberName(row, field);
      if (field.kind == Kind::Held) settings.add(field.width, member);
      if (field.kind == Kind::Pulse) pulses.add(field.width, member);
      if (field.kind == Kind::Reading || field.kind == Kind::Flag)
        readings.add(field.width, member);
    }
  }
  for (const auto& row : windowRows())
    settings.add(fmt::format("logic [WindowCount*{}-1:0]", row.fields.front().width),
                 windowMember(row));
  return settings.text() + pulses.text() + readings.text();
}

}  // namespace intformer
