#include "sw/report/timeline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "gen/device.hpp"
#include "gen/tables/operands.hpp"
#include "sw/version/version.hpp"

namespace intformer::report {
namespace {

/// The sizes of a command that a reader of the timeline looks for.
void addSizes(nlohmann::ordered_json& args, const Command& command, uint32_t dim) {
  const OpcodeSpec& spec = *findOpcode(command.opcode());
  constexpr std::array sizes = {Field::MatmulRows, Field::Depth,  Field::Cols,
                                Field::Rows,       Field::Panels, Field::ChunkWords,
                                Field::Chunks,     Field::StatRow};
  for (const Field field : spec.fields)
    if (std::ranges::find(sizes, field) != sizes.end())
      args[std::string(fieldSpec(field).name)] = command.get(field);
  if (spec.queue == Queue::Load || spec.queue == Queue::Store) {
    args["bytes"] = bytesTransferred(command, dim);
    args["memory_addr"] = fmt::format("{:#x}", command.get(Field::MemoryAddr));
  }
  if (command.opcode() == Opcode::Matmul)
    args["macs"] =
        command.get(Field::MatmulRows) * command.get(Field::Depth) * command.get(Field::Cols);
}

}  // namespace

std::vector<Slice> slices(const RunData& run) {
  std::vector<Slice> result;
  std::array<uint64_t, kQueueCount> free{};
  for (uint32_t i = 0; i < run.program.commands.size() && i < run.times.size(); ++i) {
    const Command& command = run.program.commands[i];
    const OpcodeSpec& spec = *findOpcode(command.opcode());
    if (!spec.queue) {  // what is left of the run when every unit has finished
      // The device counts from a few cycles after the doorbell was rung, where the times begin.
      const uint64_t last = *std::ranges::max_element(free);
      result.push_back({i, kDispatchTrack, last, std::max(run.cycles, last + 1)});
      continue;
    }
    const auto track = static_cast<std::size_t>(*spec.queue);
    const CommandTimes& times = run.times[i];
    if (times.done == 0) continue;  // the run stopped before
    result.push_back({i, track, std::max(times.start, free[track]), times.done});
    free[track] = times.done;
  }
  std::ranges::stable_sort(result, {}, &Slice::track);
  return result;
}

std::string timelineJson(const RunData& run) {
  using Json = nlohmann::ordered_json;
  const std::vector<std::size_t> owner = operatorOfCommand(run.program);
  Json events = Json::array();
  events.push_back({{"name", "process_name"},
                    {"ph", "M"},
                    {"pid", 1},
                    {"args", {{"name", fmt::format("{} on {}", run.model, deviceName(run.plan))}}}});
  for (std::size_t track = 0; track <= kDispatchTrack; ++track) {
    const std::string name = track == kDispatchTrack
                                 ? std::string("dispatch")
                                 : std::string(queueName(static_cast<Queue>(track)));
    events.push_back({{"name", "thread_name"},
                      {"ph", "M"},
                      {"pid", 1},
                      {"tid", track + 1},
                      {"args", {{"name", name}}}});
    events.push_back({{"name", "thread_sort_index"},
                      {"ph", "M"},
                      {"pid", 1},
                      {"tid", track + 1},
                      {"args", {{"sort_index", track}}}});
  }
  for (const Slice& slice : slices(run)) {
    const Command& command = run.program.commands[slice.command];
    const OpcodeSpec& spec = *findOpcode(command.opcode());
    const std::size_t op = owner[slice.command];
    Json args = {{"command", slice.command}};
    if (op != kNoOperator) args["operator"] = run.program.operators[op].name;
    addSizes(args, command, run.program.dim);
    if (slice.track != kDispatchTrack) {
      args["taken_at"] = run.times[slice.command].start;
      if (const auto waits = waitsText(command); !waits.empty()) args["waits_for"] = waits;
      if (const auto signals = signalsText(command); !signals.empty()) args["signals"] = signals;
    }
    const std::string name = op == kNoOperator
                                 ? std::string(spec.name)
                                 : fmt::format("{} {}", run.program.operators[op].name, spec.name);
    events.push_back({{"name", name},
                      {"cat", op == kNoOperator ? "control" : run.program.operators[op].kind},
                      {"ph", "X"},
                      {"pid", 1},
                      {"tid", slice.track + 1},
                      {"ts", slice.begin},
                      {"dur", slice.end - slice.begin},
                      {"args", args}});
  }
  const Json document = {
      {"displayTimeUnit", "ms"},
      {"otherData",
       {{"time_unit", "1 us in the viewer is 1 cycle of the device"},
        {"model", run.model},
        {"generator", "intformer " + std::string(version::programVersion())},
        {"config", deviceName(run.plan)},
        {"config_hash", configHashText(run.plan)},
        {"memory", memoryText(run.dram, run.memoryLatency, run.memoryStall, run.memorySeed)},
        {"cycles", run.cycles}}},
      {"traceEvents", events}};
  return document.dump() + "\n";
}

}  // namespace intformer::report
