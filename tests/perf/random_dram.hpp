#pragma once

#include <random>

#include "sw/perf/dram.hpp"

namespace intformer::perf_test {

/// Chips and controllers of all kinds, possible or not.
inline perf::DramTiming randomTiming(std::mt19937_64& random) {
  const auto upTo = [&](uint32_t most) { return static_cast<uint32_t>(1 + random() % most); };
  const auto power = [&](uint32_t low, uint32_t high) {
    return uint32_t{1} << (low + random() % (high - low + 1));
  };
  perf::DramTiming t = {.banks = power(0, 4), .row_bytes = power(9, 13), .access_bytes = power(2, 6),
                  .data_bytes = upTo(100), .data_cycles = upTo(10), .rcd = upTo(20), .rp = upTo(20),
                  .ras = upTo(40), .rc = 0, .rrd = upTo(10), .cl = upTo(20), .cwl = 0,
                  .rtp = upTo(10), .wr = upTo(20), .wtr = upTo(10), .rtw = upTo(5),
                  .rfc = upTo(200), .refi = 0, .turn_bursts = upTo(10), .latency = upTo(50)};
  t.rc = t.ras + t.rp + upTo(5) - 1;
  t.cwl = upTo(t.cl);
  t.refi = t.rfc + 200 + 64 * 64 * t.data_cycles / t.data_bytes + upTo(1000);  // over a burst
  return t;
}

}  // namespace intformer::perf_test
