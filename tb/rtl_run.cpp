#include "tb/rtl_run.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <set>

#include <fmt/format.h>

namespace intformer::tb {

Job jobOf(const Program& program, uint32_t windowCount) {
  constexpr uint32_t kBoth = INTFORMER_WINDOW_READABLE | INTFORMER_WINDOW_WRITABLE;
  Job job{program.programAddress, static_cast<uint32_t>(program.commands.size()), {}};
  if (windowCount < 2)
    job.windows = {{0, program.memoryBytes, kBoth}};
  else
    job.windows = {{0, program.readOnlyEnd, INTFORMER_WINDOW_READABLE},
                   {program.readOnlyEnd, program.memoryBytes, kBoth}};
  return job;
}

std::string DeviceRun::text() const {
  std::string line = intformer_result_text(result);
  if (result == INTFORMER_DEVICE_ERROR)
    line += fmt::format(": {}, command {}, address 0x{:x}", intformer_error_text(error.code),
                        error.command, error.address);
  if (!failure.empty()) line += ": " + failure;
  return line;
}

DeviceRun runJob(SimDevice& device, const Job& job, uint64_t budget) {
  DeviceRun run;
  intformer_device handle;
  const intformer_access access = device.access();
  const auto failed = [&](intformer_result result) {
    run.result = result;
    run.failure = device.failure();
    run.endCycle = device.cycle();
    return result != INTFORMER_OK;
  };
  if (failed(intformer_open(&handle, &access, nullptr))) return run;
  for (uint32_t i = 0; i < job.windows.size(); ++i) {
    const OpenWindow& w = job.windows[i];
    if (failed(intformer_set_window(&handle, i, w.base, w.end, w.permissions))) return run;
  }
  if (failed(intformer_set_program(&handle, job.programAddress, job.commands))) return run;

  run.startCycle = device.cycle();
  const auto begin = std::chrono::steady_clock::now();
  const std::clock_t ticks = std::clock();
  if (failed(intformer_start(&handle))) return run;
  const intformer_result ended = intformer_wait(&handle, budget);
  run.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  run.cpuSeconds = static_cast<double>(std::clock() - ticks) / CLOCKS_PER_SEC;
  if (failed(ended) && ended != INTFORMER_DEVICE_ERROR) {
    if (run.failure.empty()) run.failure = fmt::format("budget of {} cycles", budget);
    std::string pending;
    for (const uint32_t command : runningAt(device.events(), device.cycle()))
      pending += fmt::format("{}{}", pending.empty() ? "; commands under way: " : ", ", command);
    run.failure += pending;
    return run;
  }
  const uint64_t end = run.endCycle;
  if (failed(intformer_read_counters(&handle, run.counters.data()))) return run;
  if (failed(intformer_read_error(&handle, &run.error))) return run;
  run.result = ended;
  run.endCycle = end;
  return run;
}

uint64_t watchdogCycles(std::span<const Command> commands, uint32_t dim, uint32_t memoryLatency,
                        double stall) {
  uint64_t longest = 0;
  for (const Command& command : commands) {
    const OpcodeSpec* spec = findOpcode(command.opcode());
    if (spec == nullptr || !spec->queue) continue;
    uint64_t cycles = 0;
    if (*spec->queue == Queue::Matmul)
      cycles = std::max<uint64_t>(command.at(Field::MatmulRows), dim) *
               (command.at(Field::Depth) / dim + 1) * (command.at(Field::Cols) / dim + 1);
    else if (*spec->queue == Queue::Vector)
      cycles = (command.at(Field::Rows) + 16) * dim *
               (command.has(Field::Panels) ? command.at(Field::Panels) + 1 : 1);
    longest = std::max(longest, cycles);
  }
  // Four times the unit's own time covers bank conflicts and a vector unit with one lane.
  return 20'000 + 4 * longest +
         static_cast<uint64_t>(200.0 * memoryLatency / (1.0 - std::min(stall, 0.99)));
}

std::vector<uint32_t> runningAt(std::span<const sim_event> events, uint64_t cycle) {
  std::set<uint32_t> running;
  for (const sim_event& event : events) {
    if (event.cycle > cycle) break;
    if (event.done == 0)
      running.insert(event.command);
    else
      running.erase(event.command);
  }
  return {running.begin(), running.end()};
}

}  // namespace intformer::tb
