#include "gen/tables/sizes.hpp"

namespace intformer {

std::vector<SizeSpec> sizeSpecs(const Plan& plan) {
  return {
      {"dim", plan.dim, "rows and columns of the array; bytes of a word"},
      {"lanes", plan.lanes, "elements per cycle of the vector unit"},
      {"dsp_multipliers", plan.dspMultipliers, "products of the array that DSPs make"},
      {"products_per_dsp", plan.productsPerDsp(), "of the array's, in one multiplication"},
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

std::vector<SizeSpec> latencySpecs(const Plan& plan) {
  const Latencies& cycles = plan.latencies;
  return {
      {"multiplier_bits", plan.multiplierBits(), "of the wider operand that a DSP multiplies"},
      {"read_latency", cycles.read, "grant of a read to its data"},
      {"lanes_multiply", cycles.lanesMultiply, "stage 1 of the lanes to the first product"},
      {"lanes_activation", cycles.lanesActivation, "first product to activation"},
      {"lanes_finish", cycles.lanesFinish, "activation to results"},
      {"accumulate_latency", cycles.accumulate, "sums of a row to their last cycle before they can be read"},
      {"add_distance", cycles.addDistance, "least from a row of the accumulator to a sum that adds to it"},
      {"lane_stages", cycles.laneStages(), "stages of the lanes"},
      {"statistics_latency", plan.statisticsLatency(), "last stage to statistics that can be read"},
      {"statistics_read", plan.statisticsRead(), "last stage to the read of those before"},
      {"fetch_rows", cycles.fetchRows, "rows buffered before the lanes"},
      {"out_rows", plan.outRows(), "rows from the lanes' entry to their last write"},
      {"vector_commands", cycles.vectorCommands, "vector commands from start to end"},
      {"scalar_variance", cycles.scalarVariance, "grant of a row's sums to its variance"},
      {"scalar_root_bits", cycles.scalarRootBits, "bits of the square root, a cycle each"},
      {"scalar_quotient_bits", cycles.scalarQuotientBits, "bits of the division, a cycle each"},
      {"scalar_softmax", cycles.scalarSoftmax(), "grant of a row's sums to its written factor"},
      {"scalar_layer_norm", cycles.scalarLayerNorm(), "the same of a LayerNorm"},
      {"scalar_lead", cycles.scalarLead, "a slot is free so long before it can be read"},
  };
}

}  // namespace intformer
