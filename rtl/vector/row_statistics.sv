// SPDX-License-Identifier: Apache-2.0
// Row statistics: maximum of the logits, sum of the weights, sum and sum of squares of the
// residual, gathered over the beats of a row and over the panels and commands that continue it.
//
//   max[slot]     = max over valid columns of x, -32768 when fresh
//   sum[slot]    += weights (sum_weights_i) or x (moments_i), from 0 when fresh
//   squares[slot]+= x * x (moments_i)
// Contract: beats of a row follow each other from first_i to last_i; a slot comes again only after
//   4 cycles. What is gathered may change from row to row. written_o: a row's values can be read.
//   Reads: the maximum for the lanes, the sums for the row-scalar unit (when sums_ready_o), data
//   one cycle later. Sums wait only for rows that gather moments, which have two words and so two
//   cycles each.
// Formats: x int16, weight uint8, sum 29 bits signed (4096 int16), squares 45 bits unsigned.
`default_nettype none

module row_statistics #(
  parameter  int unsigned Dim       = 16,
  parameter  int unsigned Lanes     = 16,
  parameter  int unsigned StatRows  = 64,
  localparam int unsigned BeatWidth = Dim > Lanes ? $clog2(Dim / Lanes) : 1,
  localparam int unsigned EdgeWidth = $clog2(Dim + 1),
  localparam int unsigned SlotWidth = $clog2(StatRows)
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 maximum_i,
  input  logic                 sum_weights_i,
  input  logic                 moments_i,
  input  logic                 valid_i,
  input  logic                 first_i,
  input  logic                 last_i,
  input  logic                 fresh_i,
  input  logic [SlotWidth-1:0] slot_i,
  input  logic [BeatWidth-1:0] beat_i,
  input  logic [EdgeWidth-1:0] low_i,
  input  logic [EdgeWidth-1:0] high_i,
  input  logic [Lanes*16-1:0]  x_i,
  input  logic [Lanes*8-1:0]   weight_i,
  output logic                 written_o,
  input  logic                 max_read_i,
  input  logic [SlotWidth-1:0] max_slot_i,
  output logic signed [15:0]   max_o,
  input  logic                 sums_read_i,
  output logic                 sums_ready_o,
  input  logic [SlotWidth-1:0] sums_slot_i,
  output logic signed [28:0]   sum_o,
  output logic [44:0]          squares_o
);
  logic signed [28:0] own_sum;
  logic signed [15:0] own_max;
  logic valid_1_q, valid_2_q, write_q;
  logic maximum_1, maximum_2, maximum_q, moments_1, moments_2, moments_q;
  logic first_1, last_1, fresh_1, first_2, last_2, fresh_2;
  logic [SlotWidth-1:0] slot_1, slot_2, slot_q;
  logic own_read;

  assign own_read     = valid_1_q && first_1;
  assign sums_ready_o = !(own_read && moments_1);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      valid_1_q <= 1'b0;
      valid_2_q <= 1'b0;
      write_q   <= 1'b0;
    end else begin
      valid_1_q <= valid_i && (maximum_i || sum_weights_i || moments_i);
      valid_2_q <= valid_1_q;
      write_q   <= valid_2_q && last_2;
    end
  end
  assign written_o = write_q;

  always_ff @(posedge clk_i) begin
    if (valid_i) begin
      first_1   <= first_i;
      last_1    <= last_i;
      fresh_1   <= fresh_i;
      slot_1    <= slot_i;
      maximum_1 <= maximum_i;
      moments_1 <= moments_i;
    end
    if (valid_1_q) begin
      first_2   <= first_1;
      last_2    <= last_1;
      fresh_2   <= fresh_1;
      slot_2    <= slot_1;
      maximum_2 <= maximum_1;
      moments_2 <= moments_1;
    end
    if (valid_2_q) begin
      slot_q    <= slot_2;
      maximum_q <= maximum_2;
      moments_q <= moments_2;
    end
  end

  // verilator lint_off BLKSEQ
  // Private arrays, written in reverse stage order: blocking assignments make pipeline registers.
  logic signed [15:0] term_1   [Lanes];
  logic        [30:0] square_1 [Lanes];
  logic signed [28:0] sum_2;
  logic        [44:0] squares_2;
  logic signed [15:0] max_2;
  logic signed [28:0] sum_q;
  logic        [44:0] squares_q;
  logic signed [15:0] max_q;
  logic [EdgeWidth-1:0]   column;

  always_ff @(posedge clk_i) begin
    if (valid_2_q) begin
      if (first_2) begin  // the slot's content was read a cycle ago
        sum_q     <= sum_2 + (fresh_2 ? 29'sd0 : own_sum);
        squares_q <= squares_2 + (fresh_2 ? 45'd0 : squares_o);
        max_q     <= fresh_2 || own_max < max_2 ? max_2 : own_max;
      end else begin
        sum_q     <= sum_2 + sum_q;
        squares_q <= squares_2 + squares_q;
        max_q     <= max_q < max_2 ? max_2 : max_q;
      end
    end
    if (valid_1_q) begin
      sum_2     = '0;
      squares_2 = '0;
      max_2     = -16'sd32768;
      for (int unsigned l = 0; l < Lanes; l++) begin
        if (maximum_1) begin
          if (max_2 < term_1[l]) max_2 = term_1[l];
        end else begin
          sum_2     = sum_2 + 29'(term_1[l]);
          squares_2 = squares_2 + 45'(square_1[l]);
        end
      end
    end
    if (valid_i) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        column = EdgeWidth'(32'(beat_i) * Lanes + l);
        if (sum_weights_i) term_1[l] = 16'(weight_i[l*8 +: 8]);
        else if (maximum_i && (column < low_i || column >= high_i)) term_1[l] = -16'sd32768;
        else term_1[l] = x_i[l*16 +: 16];
        square_1[l] = moments_i ? 31'(31'(term_1[l]) * 31'(term_1[l])) : 31'd0;
      end
    end
  end
  // verilator lint_on BLKSEQ

  ram_2r1w #(
    .Width(16),
    .Depth(StatRows)
  ) u_max (
    .clk_i,
    .write_enable_i(write_q && maximum_q),
    .write_addr_i(slot_q),
    .write_data_i(max_q),
    .read_enable_a_i(own_read && maximum_1),
    .read_addr_a_i(slot_1),
    .read_data_a_o(own_max),
    .read_enable_b_i(max_read_i),
    .read_addr_b_i(max_slot_i),
    .read_data_b_o(max_o)
  );
  ram_2r1w #(
    .Width(29),
    .Depth(StatRows)
  ) u_sum (
    .clk_i,
    .write_enable_i(write_q && !maximum_q),
    .write_addr_i(slot_q),
    .write_data_i(sum_q),
    .read_enable_a_i(own_read),
    .read_addr_a_i(slot_1),
    .read_data_a_o(own_sum),
    .read_enable_b_i(sums_read_i),
    .read_addr_b_i(sums_slot_i),
    .read_data_b_o(sum_o)
  );
  ram_1r1w #(
    .Width(45),
    .Depth(StatRows)
  ) u_squares (
    .clk_i,
    .write_enable_i(write_q && moments_q),
    .write_addr_i(slot_q),
    .write_data_i(squares_q),
    .read_enable_i((own_read && moments_1) || sums_read_i),
    .read_addr_i(own_read && moments_1 ? slot_1 : sums_slot_i),
    .read_data_o(squares_o)
  );

  // What the contract demands.
  logic open_q;  // a row has begun and not come to its last beat
  always_ff @(posedge clk_i) begin
    if (!rst_ni) open_q <= 1'b0;
    else if (valid_i) open_q <= !last_i;
  end
  assert_always a_beats (
    .clk_i,
    .rst_ni,
    .holds_i(open_q ? valid_i && !first_i : !valid_i || first_i)
  );
  assert_always a_slot (
    .clk_i,
    .rst_ni,
    .holds_i(!(valid_i && first_i && (maximum_i || sum_weights_i || moments_i)) ||
             !((valid_1_q && slot_1 == slot_i) || (valid_2_q && slot_2 == slot_i) ||
               (write_q && slot_q == slot_i)))
  );
endmodule

`default_nettype wire
