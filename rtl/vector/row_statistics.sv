// SPDX-License-Identifier: Apache-2.0
// Row statistics: maximum of the logits, sum of the weights, sum and sum of squares of the
// residual, gathered over the beats of a row and over the panels and commands that continue it.
//
//   max[slot]     = max over valid columns of x, -32768 when fresh
//   sum[slot]    += weights (of EXP) or x (moments), from 0 when fresh
//   squares[slot]+= x * x (moments)
// Contract: beats of a row follow each other from the first to the last; a slot comes again only
//   after 4 cycles. What is gathered may change from row to row. written_o: a row's values can be read.
//   Reads: the maximum for the lanes, the sums for the row-scalar unit (when sums_ready_o), data
//   one cycle later. Sums wait only for rows that gather moments, which have two words and so two
//   cycles each.
// Formats: x int16, weight uint8, sum 29 bits signed (4096 int16), squares 45 bits unsigned.
`default_nettype none

module row_statistics #(
  parameter  int unsigned Dim       = intformer_pkg::Dim,
  parameter  int unsigned Lanes     = intformer_pkg::Lanes,
  parameter  int unsigned StatRows  = intformer_pkg::StatRows,
  localparam int unsigned EdgeWidth = $clog2(Dim + 1),
  localparam int unsigned SlotWidth = $clog2(StatRows)
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 valid_i,
  input  intformer_pkg::lane_uop_t uop_i,
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
  logic maximum, sum_weights, moments, gathers, unused_uop;
  assign maximum     = uop_i.op.row_max;
  assign sum_weights = uop_i.op.exp;
  assign moments     = uop_i.op.moments;
  assign gathers     = maximum || sum_weights || moments;
  assign unused_uop  = ^{uop_i, uop_1, uop_2, uop_q};

  logic signed [28:0] own_sum;
  logic signed [15:0] own_max;
  logic valid_1_q, valid_2_q, write_q;
  intformer_pkg::lane_uop_t uop_1, uop_2, uop_q;
  logic own_read;

  assign own_read     = valid_1_q && uop_1.first;
  assign sums_ready_o = !(own_read && uop_1.op.moments);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      valid_1_q <= 1'b0;
      valid_2_q <= 1'b0;
      write_q   <= 1'b0;
    end else begin
      valid_1_q <= valid_i && gathers;
      valid_2_q <= valid_1_q;
      write_q   <= valid_2_q && uop_2.last;
    end
  end
  assign written_o = write_q;

  always_ff @(posedge clk_i) begin
    if (valid_i) uop_1 <= uop_i;
    if (valid_1_q) uop_2 <= uop_1;
    if (valid_2_q) uop_q <= uop_2;
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
      if (uop_2.first) begin  // the slot's content was read a cycle ago
        sum_q     <= sum_2 + (uop_2.fresh ? 29'sd0 : own_sum);
        squares_q <= squares_2 + (uop_2.fresh ? 45'd0 : squares_o);
        max_q     <= uop_2.fresh || own_max < max_2 ? max_2 : own_max;
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
        if (uop_1.op.row_max) begin
          if (max_2 < term_1[l]) max_2 = term_1[l];
        end else begin
          sum_2     = sum_2 + 29'(term_1[l]);
          squares_2 = squares_2 + 45'(square_1[l]);
        end
      end
    end
    if (valid_i) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        column = EdgeWidth'(32'(uop_i.beat) * Lanes + l);
        if (sum_weights) term_1[l] = 16'(weight_i[l*8 +: 8]);
        else if (maximum && (column < uop_i.low || column >= uop_i.high)) term_1[l] = -16'sd32768;
        else term_1[l] = x_i[l*16 +: 16];
        square_1[l] = moments ? 31'(31'(term_1[l]) * 31'(term_1[l])) : 31'd0;
      end
    end
  end
  // verilator lint_on BLKSEQ

  ram_2r1w #(
    .Width(16),
    .Depth(StatRows)
  ) u_max (
    .clk_i,
    .write_enable_i(write_q && uop_q.op.row_max),
    .write_addr_i(uop_q.slot),
    .write_data_i(max_q),
    .read_enable_a_i(own_read && uop_1.op.row_max),
    .read_addr_a_i(uop_1.slot),
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
    .write_enable_i(write_q && !uop_q.op.row_max),
    .write_addr_i(uop_q.slot),
    .write_data_i(sum_q),
    .read_enable_a_i(own_read),
    .read_addr_a_i(uop_1.slot),
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
    .write_enable_i(write_q && uop_q.op.moments),
    .write_addr_i(uop_q.slot),
    .write_data_i(squares_q),
    .read_enable_i((own_read && uop_1.op.moments) || sums_read_i),
    .read_addr_i(own_read && uop_1.op.moments ? uop_1.slot : sums_slot_i),
    .read_data_o(squares_o)
  );

  // What the contract demands.
  logic open_q;  // a row has begun and not come to its last beat
  always_ff @(posedge clk_i) begin
    if (!rst_ni) open_q <= 1'b0;
    else if (valid_i) open_q <= !uop_i.last;
  end
  assert_always a_beats (
    .clk_i,
    .rst_ni,
    .holds_i(open_q ? valid_i && !uop_i.first : !valid_i || uop_i.first)
  );
  assert_always a_slot (
    .clk_i,
    .rst_ni,
    .holds_i(!(valid_i && uop_i.first && gathers) ||
             !((valid_1_q && uop_1.slot == uop_i.slot) || (valid_2_q && uop_2.slot == uop_i.slot) ||
               (write_q && uop_q.slot == uop_i.slot)))
  );
endmodule

`default_nettype wire
