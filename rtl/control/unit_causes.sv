// SPDX-License-Identifier: Apache-2.0
// Causes: says for every unit and cycle what the unit does or waits for, for the counters.
//
// Contract: combinational; one code of the package (Is<Unit><Cause>) per unit, so that a unit's
//   counters sum to the cycles. What moves comes first, then what holds up the work in hand, then
//   what the next command waits for: of several missing tokens the first in the order load,
//   matmul, vector, store. A load whose data are awaited waits for memory, whatever the next one
//   waits for; a store that only awaits its response leaves the cycle to the next one's cause.
`default_nettype none

module unit_causes #(
  localparam int unsigned Load   = intformer_pkg::QueueLoad,
  localparam int unsigned Matmul = intformer_pkg::QueueMatmul,
  localparam int unsigned Vector = intformer_pkg::QueueVector,
  localparam int unsigned Store  = intformer_pkg::QueueStore
) (
  input  logic [3:0] unit_busy_i,
  input  logic [3:0] head_i,  // the queue has a next command
  input  logic [3:0] wait_i,  // and that waits for a token
  input  logic [7:0] wait_from_i,  // of this queue, 2 bits per waiting queue
  input  logic       load_write_i,
  input  logic       load_ready_i,
  input  logic       row_i,
  input  logic       weights_wait_i,
  input  logic       row_wait_i,  // a row is requested
  input  logic       row_hold_i,  // a command is streaming and must not request a row
  input  logic       beat_i,
  input  logic       vector_move_i,  // the vector unit requests or writes
  input  logic       vector_port_i,  // and at least one of it is refused
  input  logic       scalar_wait_i,
  input  logic       scalar_busy_i,
  input  logic       store_word_i,
  input  logic       store_port_i,
  input  logic       store_bus_i,  // write data are refused
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
    load_cause_o = 4'(intformer_pkg::IsLoadEmpty);
    if (load_write_i) begin
      load_cause_o = load_ready_i ? 4'(intformer_pkg::IsLoadWork) : 4'(intformer_pkg::IsLoadPort);
    end else if (unit_busy_i[Load]) load_cause_o = 4'(intformer_pkg::IsLoadMemory);
    else if (wait_i[Load]) begin
      load_cause_o = token(wait_from_i[Load*2 +: 2], Load, 4'(intformer_pkg::IsLoadTokenMatmul));
    end else if (head_i[Load]) load_cause_o = 4'(intformer_pkg::IsLoadMemory);

    matmul_cause_o = 4'(intformer_pkg::IsMatmulEmpty);
    if (row_i) matmul_cause_o = 4'(intformer_pkg::IsMatmulWork);
    else if (weights_wait_i) matmul_cause_o = 4'(intformer_pkg::IsMatmulWeights);
    else if (row_wait_i) matmul_cause_o = 4'(intformer_pkg::IsMatmulPort);
    else if (row_hold_i) matmul_cause_o = 4'(intformer_pkg::IsMatmulShort);
    else if (wait_i[Matmul]) begin
      matmul_cause_o =
          token(wait_from_i[Matmul*2 +: 2], Matmul, 4'(intformer_pkg::IsMatmulTokenLoad));
    end else if (head_i[Matmul]) matmul_cause_o = 4'(intformer_pkg::IsMatmulShort);

    vector_cause_o = 4'(intformer_pkg::IsVectorEmpty);
    if (beat_i) vector_cause_o = 4'(intformer_pkg::IsVectorWork);
    else if (scalar_wait_i) vector_cause_o = 4'(intformer_pkg::IsVectorScalar);
    else if (vector_port_i) vector_cause_o = 4'(intformer_pkg::IsVectorPort);
    else if (vector_move_i) vector_cause_o = 4'(intformer_pkg::IsVectorWords);
    else if (unit_busy_i[Vector]) vector_cause_o = 4'(intformer_pkg::IsVectorStart);
    else if (wait_i[Vector]) begin
      vector_cause_o =
          token(wait_from_i[Vector*2 +: 2], Vector, 4'(intformer_pkg::IsVectorTokenLoad));
    end else if (head_i[Vector]) begin
      vector_cause_o = 4'(intformer_pkg::IsVectorStart);
      if (scalar_busy_i) vector_cause_o = 4'(intformer_pkg::IsVectorScalar);
    end

    store_cause_o = 4'(intformer_pkg::IsStoreEmpty);
    if (store_word_i) store_cause_o = 4'(intformer_pkg::IsStoreWork);
    else if (store_port_i) store_cause_o = 4'(intformer_pkg::IsStorePort);
    else if (store_bus_i) store_cause_o = 4'(intformer_pkg::IsStoreMemory);
    else if (wait_i[Store]) begin
      store_cause_o = token(wait_from_i[Store*2 +: 2], Store, 4'(intformer_pkg::IsStoreTokenLoad));
    end else if (unit_busy_i[Store] || head_i[Store]) begin
      store_cause_o = 4'(intformer_pkg::IsStoreMemory);
    end

    scalar_cause_o = 4'(intformer_pkg::IsScalarEmpty);
    if (scalar_busy_i) scalar_cause_o = 4'(intformer_pkg::IsScalarWork);
  end
endmodule

`default_nettype wire
