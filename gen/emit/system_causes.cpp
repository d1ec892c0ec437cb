#include "gen/emit/system_path.hpp"

namespace intformer {
namespace {

constexpr std::string_view kCauses = R"sv(
// Causes: says for every unit and cycle what the unit does or waits for, for the counters.
//
// Contract: combinational; one code of the package (Is<Unit><Cause>) per unit, so that a unit's
//   counters sum to the cycles. What moves comes first, then what holds up the work in hand, then
//   what the next command waits for: of several missing tokens the first in the order load,
//   matmul, vector, store. A load whose data are awaited waits for memory, whatever the next one
//   waits for; a store that only awaits its response leaves the cycle to the next one's cause.
module @p@_causes (
  input  logic [3:0] unit_busy_i,
  input  logic [3:0] head_i,         // the queue has a next command
  input  logic [3:0] wait_i,         // and that waits for a token
  input  logic [7:0] wait_from_i,    // of this queue, 2 bits per waiting queue
  input  logic       load_write_i,
  input  logic       load_ready_i,
  input  logic       row_i,
  input  logic       weights_wait_i,
  input  logic       row_wait_i,     // a row is requested
  input  logic       row_hold_i,     // a command is streaming and must not request a row
  input  logic       beat_i,
  input  logic       vector_move_i,  // the vector unit requests or writes
  input  logic       vector_port_i,  // and at least one of it is refused
  input  logic       scalar_wait_i,
  input  logic       scalar_busy_i,
  input  logic       store_word_i,
  input  logic       store_port_i,
  input  logic       store_bus_i,    // write data are refused
  output logic [3:0] load_cause_o,
  output logic [3:0] matmul_cause_o,
  output logic [3:0] vector_cause_o,
  output logic [3:0] store_cause_o,
  output logic [3:0] scalar_cause_o
);
  // Tokens of a unit's three partners have consecutive codes; a queue never waits for itself.
  function automatic logic [3:0] token(input logic [1:0] from, input int unsigned own,
                                       input logic [3:0] first);
    token = first + 4'(from) - 4'(32'(from) > own);
  endfunction

  always_comb begin
    load_cause_o = 4'(@p@_pkg::IsLoadEmpty);
    if (load_write_i) begin
      load_cause_o = load_ready_i ? 4'(@p@_pkg::IsLoadWork) : 4'(@p@_pkg::IsLoadPort);
    end else if (unit_busy_i[@p@_pkg::QueueLoad]) load_cause_o = 4'(@p@_pkg::IsLoadMemory);
    else if (wait_i[@p@_pkg::QueueLoad]) begin
      load_cause_o = token(wait_from_i[@p@_pkg::QueueLoad*2+:2], @p@_pkg::QueueLoad,
                           4'(@p@_pkg::IsLoadTokenMatmul));
    end else if (head_i[@p@_pkg::QueueLoad]) load_cause_o = 4'(@p@_pkg::IsLoadMemory);

    matmul_cause_o = 4'(@p@_pkg::IsMatmulEmpty);
    if (row_i) matmul_cause_o = 4'(@p@_pkg::IsMatmulWork);
    else if (weights_wait_i) matmul_cause_o = 4'(@p@_pkg::IsMatmulWeights);
    else if (row_wait_i) matmul_cause_o = 4'(@p@_pkg::IsMatmulPort);
    else if (row_hold_i) matmul_cause_o = 4'(@p@_pkg::IsMatmulShort);
    else if (wait_i[@p@_pkg::QueueMatmul]) begin
      matmul_cause_o = token(wait_from_i[@p@_pkg::QueueMatmul*2+:2], @p@_pkg::QueueMatmul,
                             4'(@p@_pkg::IsMatmulTokenLoad));
    end else if (head_i[@p@_pkg::QueueMatmul]) matmul_cause_o = 4'(@p@_pkg::IsMatmulShort);

    vector_cause_o = 4'(@p@_pkg::IsVectorEmpty);
    if (beat_i) vector_cause_o = 4'(@p@_pkg::IsVectorWork);
    else if (scalar_wait_i) vector_cause_o = 4'(@p@_pkg::IsVectorScalar);
    else if (vector_port_i) vector_cause_o = 4'(@p@_pkg::IsVectorPort);
    else if (vector_move_i) vector_cause_o = 4'(@p@_pkg::IsVectorWords);
    else if (unit_busy_i[@p@_pkg::QueueVector]) vector_cause_o = 4'(@p@_pkg::IsVectorStart);
    else if (wait_i[@p@_pkg::QueueVector]) begin
      vector_cause_o = token(wait_from_i[@p@_pkg::QueueVector*2+:2], @p@_pkg::QueueVector,
                             4'(@p@_pkg::IsVectorTokenLoad));
    end else if (head_i[@p@_pkg::QueueVector]) begin
      vector_cause_o = 4'(@p@_pkg::IsVectorStart);
      if (scalar_busy_i) vector_cause_o = 4'(@p@_pkg::IsVectorScalar);
    end

    store_cause_o = 4'(@p@_pkg::IsStoreEmpty);
    if (store_word_i) store_cause_o = 4'(@p@_pkg::IsStoreWork);
    else if (store_port_i) store_cause_o = 4'(@p@_pkg::IsStorePort);
    else if (store_bus_i) store_cause_o = 4'(@p@_pkg::IsStoreMemory);
    else if (wait_i[@p@_pkg::QueueStore]) begin
      store_cause_o = token(wait_from_i[@p@_pkg::QueueStore*2+:2], @p@_pkg::QueueStore,
                            4'(@p@_pkg::IsStoreTokenLoad));
    end else if (unit_busy_i[@p@_pkg::QueueStore] || head_i[@p@_pkg::QueueStore]) begin
      store_cause_o = 4'(@p@_pkg::IsStoreMemory);
    end

    scalar_cause_o = scalar_busy_i ? 4'(@p@_pkg::IsScalarWork) : 4'(@p@_pkg::IsScalarEmpty);
  end
endmodule
)sv";

}  // namespace

EmittedFile emitCauses(const Plan& plan) {
  return {render(plan, "@p@_causes.sv"), render(plan, kCauses.substr(1))};
}

}  // namespace intformer
