#include "gen/emit/register_types.hpp"

#include <fmt/format.h>

#include <ranges>

#include "gen/emit/packed_struct.hpp"

namespace intformer {

std::string windowMember(const RegisterRow& row) {
  return std::string(row.name) + (row.name == "end" ? "_field" : "");
}

std::string registerTypes() {
  PackedStruct windows("The address windows, each member of the first one in its lowest bits.",
                       "windows_t");
  PackedStruct settings("What software has set.", "settings_t");
  PackedStruct pulses("For one cycle what software has written a one to.", "pulses_t");
  PackedStruct readings("What software reads of the hardware; flags are set by a pulse.",
                        "readings_t");
  for (const auto& row : registerRows()) {
    for (const auto& field : row.fields) {
      const std::string member = memberName(row, field);
      if (field.kind == Kind::Held) settings.add(field.width, member);
      if (field.kind == Kind::Pulse) pulses.add(field.width, member);
      if (field.kind == Kind::Reading || field.kind == Kind::Flag)
        readings.add(field.width, member);
    }
  }
  for (const auto& row : windowRows() | std::views::reverse)
    windows.add(fmt::format("logic [WindowCount*{}-1:0]", row.fields.front().width),
                windowMember(row));
  settings.add("windows_t", "windows");
  PackedStruct events("What each counter of events adds in a cycle.", "events_t");
  for (const auto& counter : counterSpecs().first(eventCounterCount()))
    events.add(counter.stepWidth, std::string(counter.name));
  PackedStruct causes("What each unit does in a cycle: a code of its own.", "causes_t");
  for (const auto& activity : activitySpecs()) causes.add(4, fmt::format("{}_cause", activity.unit));
  return windows.text() + settings.text() + pulses.text() + readings.text() + events.text() + causes.text();
}

}  // namespace intformer
