#include "gen/tables/sizes.hpp"

namespace intformer {

std::vector<SizeSpec> sizeSpecs(const Plan& plan) {
  return {
      {"dim", plan.dim, "rows and columns of the array; bytes of a word"},
      {"lanes", plan.lanes, "elements per cycle of the vector unit"},
      {"scratch_words", plan.scratchWords, "scratchpad capacity"},
      {"scratch_banks", plan.scratchBanks, "bank = word address mod banks"},
      {"acc_rows", plan.accRows, "accumulator capacity, rows of dim int32"},
      {"acc_banks", plan.accBanks, "bank = row address mod banks"},
      {"stat_rows", plan.statRows, "row statistics slots"},
      {"scalar_interval", plan.scalarInterval(), "cycles per row of the row-scalar unit"},
      {"bus_bytes", plan.busBytes, "AXI4 data width"},
      {"address_bits", plan.addressBits, "AXI4 address width"},
      {"max_burst_beats", plan.maxBurstBeats, "longest burst"},
      {"outstanding_reads", plan.outstandingReads, "load bursts in flight"},
      {"outstanding_writes", plan.outstandingWrites, "store bursts in flight"},
      {"queue_depth", plan.queueDepth, "commands waiting per queue"},
      {"fetch_depth", plan.fetchDepth, "commands fetched ahead of dispatch"},
      {"window_count", plan.windowCount, "address windows"},
  };
}

}  // namespace intformer
