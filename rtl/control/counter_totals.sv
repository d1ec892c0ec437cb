// SPDX-License-Identifier: Apache-2.0
// Counters of 64 bits in one memory with one adder: short sums beside them gather what is counted,
// and reach their totals in turn.
//
// Contract: in every cycle the sum of counter turn_o is given in sum_i, right modulo mask_i + 1 (ones
//   from bit 0, or behind a step's zeros), and counts on: the total takes what it has moved by since
//   its last turn, which is less than mask_i + 1. clear_i sets totals to zero, as it must the sums.
//   read_valid_i (a pulse, not before the last read's read_done_o) asks for
//   a counter; read_done_o brings it with every step until its turn, and it may be in motion.
// Timing: a read takes Count + 4 cycles at most. A turn's total is read, passes a register, since a
//   block RAM answers late in its cycle, and is written with what its sum has moved by added.
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
  input  logic [SumWidth-1:0]   mask_i,
  input  logic                  read_valid_i,
  input  logic [IndexWidth-1:0] read_index_i,
  output logic                  read_done_o,
  output logic [63:0]           read_data_o
);
  // Behind a turn: what is in the memory (read), and what is added to (add).
  logic [63:0] read_q, add_q, total;
  logic [SumWidth-1:0] read_sum_q, add_sum_q, read_mask_q, add_mask_q, moved;
  logic [IndexWidth-1:0] read_index_q, add_index_q, wanted_q;
  logic read_valid_q, add_valid_q;
  logic first_q, read_first_q;  // a counter is zero until its first turn after a clear
  logic reading_q, last, meets;

  assign last  = turn_o == IndexWidth'(Count - 1);
  assign moved = (add_sum_q - add_q[SumWidth-1:0]) & add_mask_q;
  assign total = add_q + 64'(moved);
  assign meets = reading_q && add_valid_q && add_index_q == wanted_q;

  always_ff @(posedge clk_i) begin
    read_sum_q   <= sum_i;
    read_mask_q  <= mask_i;
    read_index_q <= turn_o;
    add_q        <= read_first_q ? '0 : read_q;
    add_sum_q    <= read_sum_q;
    add_mask_q   <= read_mask_q;
    add_index_q  <= read_index_q;
    if (read_valid_i) wanted_q <= read_index_i;
    if (meets) read_data_o <= total;
  end

  // A turn is written two cycles after its read: never the word that is read.
  ram_1r1w #(
    .Width(64),
    .Depth(Count)
  ) u_totals (
    .clk_i,
    .write_enable_i(add_valid_q),
    .write_addr_i(add_index_q),
    .write_data_i(total),
    .read_enable_i(1'b1),
    .read_addr_i(turn_o),
    .read_data_o(read_q)
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      turn_o       <= '0;
      read_valid_q <= 1'b0;
      add_valid_q  <= 1'b0;
      first_q      <= 1'b1;
      read_first_q <= 1'b1;
    end else begin
      turn_o       <= last ? '0 : turn_o + 1'b1;
      read_valid_q <= 1'b1;
      add_valid_q  <= read_valid_q;
      first_q      <= first_q && !last;
      read_first_q <= first_q;
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
  if (Count < 4) $error("counter_totals: Count must be at least 4");  // a total is back by its turn
endmodule

`default_nettype wire
