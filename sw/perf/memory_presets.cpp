#include "sw/perf/memory_presets.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace intformer::perf {
namespace {

/// Bursts before the other direction's turn: enough that turning costs little, few enough that
/// nobody waits long.
constexpr uint32_t kTurnBursts = 8;

constexpr std::array<MemoryPreset, 3> kPresets = {{
    // DDR4-2400, speed bin R (16-16-16), 64 bits of 8 Gb x8 chips. JESD79-4: tRCD, tRP, CL 13.32 ns,
    // tRAS 32, tRC 45.32, CWL 12 clocks of 0.833 ns, tRTP 7.5, tWR 15, tWTR_L 7.5, tRFC1 350,
    // tREFI 7.8 us; rows of 1 KB per chip, bursts of 8. Activates: tRRD_L 4.9, four in tFAW 21. A
    // write follows a read after two clocks of nothing. Controller and port are not in a standard:
    // 100 ns is a round number, with which a lone read takes some 130.
    {.name = "ddr4", .title = "DDR4-2400 x64", .clockMhz = 200,
     .banks = 16, .rowBytes = 8192, .accessBytes = 64, .megabytesPerSecond = 19'200,
     .rcd = 13.32, .rp = 13.32, .ras = 32, .rc = 45.32, .rrd = 5.25, .cl = 13.32, .cwl = 10,
     .rtp = 7.5, .wr = 15, .wtr = 7.5, .rtw = 1.67, .rfc = 350, .refi = 7800, .latency = 100},
    // DDR3-800, speed bin E (6-6-6), one 2 Gb x16 chip, as boards with middling FPGAs have it.
    // JESD79-3: tRCD, tRP, CL 15 ns, tRAS 37.5, tRC 52.5, CWL 5 clocks of 2.5 ns, tRTP 7.5, tWR 15,
    // tWTR 7.5, tRFC 160, tREFI 7.8 us; rows of 2 KB, bursts of 8. Activates: tRRD 10, four in
    // tFAW 50. Controller and port as above.
    {.name = "ddr3", .title = "DDR3-800 x16", .clockMhz = 100,
     .banks = 8, .rowBytes = 2048, .accessBytes = 16, .megabytesPerSecond = 1'600,
     .rcd = 15, .rp = 15, .ras = 37.5, .rc = 52.5, .rrd = 12.5, .cl = 15, .cwl = 12.5,
     .rtp = 7.5, .wr = 15, .wtr = 7.5, .rtw = 5, .rfc = 160, .refi = 7800, .latency = 100},
    // SDR SDRAM of 16 bits at 100 MHz, CAS latency 2: the chips of fpga/boards/ulx3s.toml (the
    // slowest of IS42S16160G-7, AS4C32M16SB-7, MT48LC16M16A2), tRRD 15 ns; four banks, rows of
    // 512 words. A command moves what the board's controller asks for at a time, a word of each of
    // two clocks. Its latency is that controller's, of which a lone read takes 11 to 13 clocks of
    // 20 ns.
    {.name = "sdram", .title = "SDR SDRAM x16 at 100 MHz", .clockMhz = 50,
     .banks = 4, .rowBytes = 1024, .accessBytes = 4, .megabytesPerSecond = 200,
     .rcd = 20, .rp = 20, .ras = 45, .rc = 67.5, .rrd = 15, .cl = 20, .cwl = 0,
     .rtp = 10, .wr = 20, .wtr = 0, .rtw = 10, .rfc = 70, .refi = 7800, .latency = 140},
}};

}  // namespace

std::span<const MemoryPreset> memoryPresets() { return kPresets; }

const MemoryPreset* findMemoryPreset(std::string_view name) {
  const auto found = std::ranges::find(kPresets, name, &MemoryPreset::name);
  return found == kPresets.end() ? nullptr : &*found;
}

MemoryTiming memoryTiming(const MemoryPreset& preset, uint32_t clockMhz) {
  const uint32_t mhz = clockMhz == 0 ? preset.clockMhz : clockMhz;
  const auto cycles = [&](double nanoseconds) {
    return static_cast<uint32_t>(std::ceil(nanoseconds * mhz / 1000 - 1e-6));
  };
  const uint32_t common = std::gcd(preset.megabytesPerSecond, mhz);
  const intformer_dram_timing dram = {
      .banks = preset.banks,
      .row_bytes = preset.rowBytes,
      .access_bytes = preset.accessBytes,
      .data_bytes = preset.megabytesPerSecond / common,
      .data_cycles = mhz / common,
      .rcd = cycles(preset.rcd),
      .rp = cycles(preset.rp),
      .ras = cycles(preset.ras),
      .rc = cycles(preset.rc),
      .rrd = cycles(preset.rrd),
      .cl = cycles(preset.cl),
      .cwl = cycles(preset.cwl),
      .rtp = std::max(cycles(preset.rtp), 1U),
      .wr = cycles(preset.wr),
      .wtr = cycles(preset.wtr),
      .rtw = cycles(preset.rtw),
      .rfc = cycles(preset.rfc),
      .refi = static_cast<uint32_t>(preset.refi * mhz / 1000),  // not less often than it is due
      .turn_bursts = kTurnBursts,
      .latency = cycles(preset.latency)};
  return {.latency = dram.latency + dram.rcd + dram.cl + 1, .dram = dram};
}

}  // namespace intformer::perf
