// SPDX-License-Identifier: Apache-2.0
// Counters of 64 bits in one memory with one adder: short sums beside them gather what is counted,
// and reach their totals in turn.
//
// Contract: in every cycle the sum of counter turn_o is given in sum_i, and taken. clear_i sets all
//   to zero, and takes none. read_valid_i (a pulse, not before the last read's read_done_o) asks for
//   a counter; read_done_o brings it with every step until its turn, and it may be in motion.
// Timing: a read takes Count + 2 cycles at most.
`default_nettype none

module counter_totals #(
  parameter  int unsigned Count      = 64,
  parameter  int unsigned SumWidth   = 14,
  localparam int unsigned IndexWidth = Count > 1 ? $clog2(Count) : 1
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  clear_i,
  output logic [IndexWidth-1:0] turn_o,
  input  logic [SumWidth-1:0]   sum_i,
  input  logic                  read_valid_i,
  input  logic [IndexWidth-1:0] read_index_i,
  output logic                  read_done_o,
  output logic [63:0]           read_data_o
);
  logic [63:0] mem[Count];
  logic [63:0] total_q, total;
  logic [SumWidth-1:0] sum_q;
  logic [IndexWidth-1:0] index_q, wanted_q;
  logic valid_q;  // the turn before is added
  logic first_q, first_add_q;  // a counter is zero until its first turn after a clear
  logic reading_q, last, meets;

  assign last  = turn_o == IndexWidth'(Count - 1);
  assign total = (first_add_q ? '0 : total_q) + 64'(sum_q);
  assign meets = reading_q && valid_q && index_q == wanted_q;

  always_ff @(posedge clk_i) begin
    total_q <= mem[turn_o];
    sum_q   <= sum_i;
    index_q <= turn_o;
    if (valid_q) mem[index_q] <= total;
    if (read_valid_i) wanted_q <= read_index_i;
    if (meets) read_data_o <= total;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      turn_o      <= '0;
      valid_q     <= 1'b0;
      first_q     <= 1'b1;
      first_add_q <= 1'b1;
    end else begin
      turn_o      <= last ? '0 : turn_o + 1'b1;
      valid_q     <= 1'b1;
      first_q     <= first_q && !last;
      first_add_q <= first_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      reading_q   <= 1'b0;
      read_done_o <= 1'b0;
    end else begin
      if (read_valid_i) reading_q <= 1'b1;
      else if (meets) reading_q <= 1'b0;
      read_done_o <= meets;
    end
  end

  // What the contract demands.
  assert_always a_one_read (
    .clk_i,
    .rst_ni,
    .holds_i(!read_valid_i || !reading_q)
  );
  if (Count < 2) $error("counter_totals: Count must be at least 2");
endmodule

`default_nettype wire
