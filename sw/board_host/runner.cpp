#include "sw/board_host/runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <span>
#include <utility>

#include "gen/device.hpp"
#include "gen/tables/registers.hpp"
#include "sw/link/link_error.hpp"

namespace intformer::board_host {
namespace {

constexpr uint64_t kResetBudget = 1'000'000;
constexpr uint64_t kWord = 4;
/// Bytes that are alike between two that differ are sent with them: a request costs as much.
constexpr std::size_t kGap = 256;

constexpr uint64_t roundUp(uint64_t value, uint64_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

/// Where `wanted` is not what is held, from address 0 on.
std::vector<Stretch> differences(std::span<const uint8_t> wanted, std::span<const uint8_t> held) {
  std::vector<Stretch> stretches;
  const auto differs = [&](std::size_t at) {
    return at + kWord > held.size() ||
           !std::ranges::equal(wanted.subspan(at, kWord), held.subspan(at, kWord));
  };
  for (std::size_t at = 0; at < wanted.size(); at += kWord) {
    if (!differs(at)) continue;
    const std::size_t begin = at;
    std::size_t end = at + kWord;
    for (; at < wanted.size() && at < end + kGap; at += kWord)
      if (differs(at)) end = at + kWord;
    stretches.push_back({static_cast<uint32_t>(begin), wanted.subspan(begin, end - begin)});
    at = end;  // alike
  }
  return stretches;
}

}  // namespace

intformer_identity identityOf(const Plan& plan) {
  intformer_identity identity{};
  identity.version = kDeviceVersion;
  identity.dim = plan.dim;
  identity.lanes = plan.lanes;
  identity.bus_bytes = plan.busBytes;
  identity.is_pwl = plan.family == Family::Pwl ? 1 : 0;
  identity.counters = static_cast<uint32_t>(plan.counters);
  identity.scratch_words = plan.scratchWords;
  identity.acc_rows = plan.accRows;
  identity.stat_rows = plan.statRows;
  identity.config_hash = configHash(plan);
  return identity;
}

std::string identityDifference(const intformer_identity& found, const intformer_identity& wanted) {
  std::string text;
  const auto compare = [&](const char* what, const auto& a, const auto& b) {
    if (a != b) text += fmt::format("{}{} {} and not {}", text.empty() ? "" : ", ", what, a, b);
  };
  const auto family = [](uint32_t isPwl) { return isPwl != 0 ? "pwl" : "ibert"; };
  const auto hash = [](uint64_t value) { return fmt::format("{:#018x}", value); };
  compare("interface version", found.version, wanted.version);
  compare("array.dim", found.dim, wanted.dim);
  compare("vector.lanes", found.lanes, wanted.lanes);
  compare("bytes of the bus", found.bus_bytes, wanted.bus_bytes);
  if (found.is_pwl != wanted.is_pwl)
    compare("vector.family", std::string(family(found.is_pwl)), std::string(family(wanted.is_pwl)));
  compare("level of counters", found.counters, wanted.counters);
  compare("scratchpad words", found.scratch_words, wanted.scratch_words);
  compare("accumulator rows", found.acc_rows, wanted.acc_rows);
  compare("statistics slots", found.stat_rows, wanted.stat_rows);
  compare("config hash", hash(found.config_hash), hash(wanted.config_hash));
  return text;
}

void settleConstants(Program& program) {
  constexpr uint64_t kPage = 4096;  // moves by pages change no burst
  const auto pages = [](uint64_t bytes) { return (bytes + kPage - 1) / kPage * kPage; };
  const uint64_t constants = program.constantsAddress, tensors = program.readOnlyEnd;
  program.programAddress = pages(tensors - constants);
  const uint64_t end = pages(program.programAddress + program.commands.size() * kCommandBytes);
  const uint64_t distance = end - tensors;  // modulo 2^64
  moveParts(program, 0 - constants, distance);
  program.readOnlyEnd = end;
  program.constantsAddress = 0;
  program.memoryBytes += distance;
}

Runner::Runner(link::BoardLink& link, const Plan& plan, Hooks hooks)
    : link_(link), plan_(plan), hooks_(std::move(hooks)), access_(link, hooks_.waiting) {
  const intformer_access access = access_.access();
  intformer_identity found{};
  const intformer_result opened = intformer_open(&device_, &access, &found);
  if (opened == INTFORMER_ACCESS_FAILED) throw link::LinkError(access_.failure());
  if (opened != INTFORMER_OK)
    throw link::LinkError(fmt::format(
        "{}: the board answers, and its device does not: no register says that it is one of this "
        "program's version; load its bitstream (make bitstream)",
        link_.place()));
  const intformer_identity wanted = identityOf(plan_);
  if (intformer_same_device(&found, &wanted) == 0)
    throw link::LinkError(fmt::format(
        "{}: the bitstream's device is another than {}: {}; give the --config (and --set) that it "
        "was made of, or load the bitstream of this one",
        link_.place(), deviceName(plan_), identityDifference(found, wanted)));
}

void Runner::checkMemory(const Program& program) const {
  const uint64_t has = link_.identity().memoryBytes;
  if (program.memoryBytes > has)
    throw link::LinkError(fmt::format(
        "{}: the program needs {} bytes of memory and the board has {}: {} are missing; shorter "
        "sentences or a smaller model fit",
        link_.place(), program.memoryBytes, has, program.memoryBytes - has));
}

LoadResult Runner::load(const Program& program, const Graph& graph,
                        const std::vector<uint8_t>& image, bool whole) {
  checkMemory(program);
  const std::vector<uint8_t> held = std::exchange(held_, {});  // of a load that fails nothing is
  const auto readOnly = std::span(image).first(program.readOnlyEnd);
  std::vector<Stretch> stretches;
  if (whole) {
    stretches.push_back({0, image});
  } else {
    stretches = differences(readOnly, held);
    for (const Placement& placement : program.placements)
      if (graph.tensors[placement.tensor].role == TensorRole::Input) {
        const uint64_t from = placement.address / kWord * kWord;
        const uint64_t to = roundUp(placement.address + placement.bytes(), kWord);
        stretches.push_back(
            {static_cast<uint32_t>(from), std::span(image).subspan(from, to - from)});
      }
  }
  LoadResult result = board_host::load(link_, stretches, hooks_.loading);
  if (!whole) {
    result.bytes += readOnly.size();
    for (const Stretch& stretch : stretches)
      if (stretch.address < readOnly.size()) result.bytes -= stretch.bytes.size();
  }
  held_.assign(readOnly.begin(), readOnly.end());
  return result;
}

/// From any state that an earlier host may have left.
intformer_result Runner::start(const tb::Job& job) {
  intformer_result result = intformer_reset(&device_, kResetBudget);
  for (uint32_t i = 0; i < plan_.windowCount && result == INTFORMER_OK; ++i) {
    const tb::OpenWindow window = i < job.windows.size() ? job.windows[i] : tb::OpenWindow{};
    result = intformer_set_window(&device_, i, window.base, window.end, window.permissions);
  }
  if (result == INTFORMER_OK)
    result = intformer_set_program(&device_, job.programAddress, job.commands);
  return result == INTFORMER_OK ? intformer_start(&device_) : result;
}

tb::DeviceRun Runner::run(const Program& program, uint64_t cycles) {
  using Clock = std::chrono::steady_clock;
  tb::DeviceRun run;
  // A second more than it should take: the host does not see the cycle in which it ends.
  const uint64_t budget = 8 * cycles + link_.identity().clockHz;
  const auto begin = Clock::now();
  run.result = start(tb::jobOf(program, plan_.windowCount));
  if (run.result == INTFORMER_OK) run.result = intformer_wait(&device_, budget);
  run.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  intformer_result told = run.result;
  if (told == INTFORMER_OK || told == INTFORMER_DEVICE_ERROR) {
    told = intformer_read_counters(&device_, run.counters.data());
    if (told == INTFORMER_OK) told = intformer_read_error(&device_, &run.error);
  }
  if (told == INTFORMER_ACCESS_FAILED) throw link::LinkError(access_.failure());
  if (run.result == INTFORMER_TIMEOUT)
    run.failure = fmt::format("of {} cycles; it should take {}", budget, cycles);
  if (!run.ok()) forget();
  return run;
}

void Runner::read(uint64_t address, uint64_t bytes, std::vector<uint8_t>& memory) {
  const uint64_t from = address / 4 * 4, to = (address + bytes + 3) / 4 * 4;
  if (memory.size() < to) memory.resize(to);
  link_.readMemory(static_cast<uint32_t>(from), std::span(memory).subspan(from, to - from));
}

double Runner::secondsOf(uint64_t cycles) const {
  return static_cast<double>(cycles) / link_.identity().clockHz;
}

}  // namespace intformer::board_host
