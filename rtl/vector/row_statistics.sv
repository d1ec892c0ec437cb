// SPDX-License-Identifier: Apache-2.0
// Row statistics: maximum of the logits, sum of the weights, sum and sum of squares of the
// residual, gathered over the beats of a row and over the panels and commands that continue it.
//
//   max[slot]     = max over valid columns of x, -32768 when fresh
//   sum[slot]    += weights (of EXP) or x (moments), from 0 when fresh
//   squares[slot]+= x * x (moments)
// Contract: beats of a row follow each other from the first to the last; a slot comes again only
//   after 3 cycles. What is gathered may change from row to row. written_o: a row's values can be read.
//   Reads: the maximum for the lanes, the sums for the row-scalar unit (when sums_ready_o), data
//   one cycle later. Sums wait only for rows that gather moments, which have two words and so two
//   cycles each.
// Stages: 1 terms, 2 squares, then a level of the tree over the lanes each, then the row so far. What
//   the slot holds is read StatisticsRead cycles after the row's first beat.
// Timing: written_o comes StatisticsLatency cycles after a row's last beat.
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
  intformer_pkg::lane_uop_t uop_1, uop_read, uop_all, uop_write;
  logic maximum, sum_weights, moments, gathers, unused_uop;
  assign maximum     = uop_i.op.row_max;
  assign sum_weights = uop_i.op.exp;
  assign moments     = uop_i.op.moments;
  assign gathers     = maximum || sum_weights || moments;
  assign unused_uop  = ^{uop_i, uop_1, uop_read, uop_all, uop_write};

  localparam int unsigned Levels = $clog2(Lanes);
  localparam int unsigned Stages = 2 + Levels;  // the whole beat is there
  localparam int unsigned SumWidth = 16 + Levels;  // of a beat
  localparam int unsigned SquareWidth = 31 + Levels;

  logic signed [28:0] own_sum;
  logic signed [15:0] own_max;
  logic [Stages:1] valid_q;
  logic write_q, own_read;

  assign own_read     = valid_q[Stages-1] && uop_read.first;
  assign sums_ready_o = !(own_read && uop_read.op.moments);
  assign written_o    = write_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      valid_q <= '0;
      write_q <= 1'b0;
    end else begin
      valid_q <= {valid_q[Stages-1:1], valid_i && gathers};
      write_q <= valid_q[Stages] && uop_all.last;
    end
  end

  // The last stages of what travels along: where slots are read, where the beat is added, written.
  always_ff @(posedge clk_i) begin
    if (valid_i) uop_1 <= uop_i;
    if (valid_q[Stages-1]) uop_all <= uop_read;
    if (valid_q[Stages]) uop_write <= uop_all;
  end
  if (Levels == 0) begin : gen_one_lane
    assign uop_read = uop_1;
  end else begin : gen_way
    logic [Levels*intformer_pkg::LaneUopBits-1:0] way_q;  // the latest lowest
    assign uop_read = way_q[(Levels-1)*intformer_pkg::LaneUopBits +: intformer_pkg::LaneUopBits];
    if (Levels == 1) begin : gen_single
      always_ff @(posedge clk_i) way_q <= uop_1;
    end else begin : gen_more
      always_ff @(posedge clk_i) begin
        if (valid_q[Stages-1:1] != '0)
          way_q <= {way_q[(Levels-1)*intformer_pkg::LaneUopBits-1:0], uop_1};
      end
    end
  end

  // verilator lint_off BLKSEQ
  // Private arrays, written in reverse stage order: blocking assignments make pipeline registers.
  // Level k of a tree has Lanes >> k values; term k is at [Lanes * k ...].
  logic signed [15:0] term_1   [Lanes];
  logic signed [SumWidth-1:0] sum_q    [(Levels+1)*Lanes];
  logic [SquareWidth-1:0]     square_q [(Levels+1)*Lanes];
  logic signed [15:0] max_q    [(Levels+1)*Lanes];
  logic moments_1;
  logic signed [28:0] row_sum_q;
  logic        [44:0] row_squares_q;
  logic signed [15:0] row_max_q, own_max_q;
  logic [EdgeWidth-1:0] column;

  always_ff @(posedge clk_i) begin
    if (valid_q[Stages]) begin
      if (uop_all.first) begin  // the slot's content was read a cycle ago
        row_sum_q     <= 29'(sum_q[Levels*Lanes]) + (uop_all.fresh ? 29'sd0 : own_sum);
        row_squares_q <= 45'(square_q[Levels*Lanes]) + (uop_all.fresh ? 45'd0 : squares_o);
        row_max_q     <= max_q[Levels*Lanes];
        own_max_q     <= own_max;  // compared when the row is written: a block RAM answers late
      end else begin
        row_sum_q     <= 29'(sum_q[Levels*Lanes]) + row_sum_q;
        row_squares_q <= 45'(square_q[Levels*Lanes]) + row_squares_q;
        row_max_q     <= row_max_q < max_q[Levels*Lanes] ? max_q[Levels*Lanes] : row_max_q;
      end
    end
    if (valid_q[Stages-1:1] != '0) begin
      for (int unsigned k = Levels; k > 0; k--) begin
        for (int unsigned l = 0; l < Lanes >> k; l++) begin
          sum_q[k*Lanes + l]    = sum_q[(k-1)*Lanes + 2*l] + sum_q[(k-1)*Lanes + 2*l + 1];
          square_q[k*Lanes + l] = square_q[(k-1)*Lanes + 2*l] + square_q[(k-1)*Lanes + 2*l + 1];
          max_q[k*Lanes + l]    = max_q[(k-1)*Lanes + 2*l] < max_q[(k-1)*Lanes + 2*l + 1]
                                  ? max_q[(k-1)*Lanes + 2*l + 1] : max_q[(k-1)*Lanes + 2*l];
        end
      end
      for (int unsigned l = 0; l < Lanes; l++) begin
        sum_q[l]    = SumWidth'(term_1[l]);
        square_q[l] = moments_1 ? SquareWidth'(32'(term_1[l]) * 32'(term_1[l])) : '0;
        max_q[l]    = term_1[l];
      end
    end
    if (valid_i) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        column = EdgeWidth'(32'(uop_i.beat) * Lanes + l);
        if (sum_weights) term_1[l] = 16'(weight_i[l*8 +: 8]);
        else if (maximum && (column < uop_i.low || column >= uop_i.high)) term_1[l] = -16'sd32768;
        else term_1[l] = x_i[l*16 +: 16];
      end
      moments_1 = moments;
    end
  end
  // verilator lint_on BLKSEQ

  ram_2r1w #(
    .Width(16),
    .Depth(StatRows)
  ) u_max (
    .clk_i,
    .write_enable_i(write_q && uop_write.op.row_max),
    .write_addr_i(uop_write.slot),
    .write_data_i(uop_write.fresh || own_max_q < row_max_q ? row_max_q : own_max_q),
    .read_enable_a_i(own_read && uop_read.op.row_max),
    .read_addr_a_i(uop_read.slot),
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
    .write_enable_i(write_q && !uop_write.op.row_max),
    .write_addr_i(uop_write.slot),
    .write_data_i(row_sum_q),
    .read_enable_a_i(own_read),
    .read_addr_a_i(uop_read.slot),
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
    .write_enable_i(write_q && uop_write.op.moments),
    .write_addr_i(uop_write.slot),
    .write_data_i(row_squares_q),
    .read_enable_i((own_read && uop_read.op.moments) || sums_read_i),
    .read_addr_i(own_read && uop_read.op.moments ? uop_read.slot : sums_slot_i),
    .read_data_o(squares_o)
  );

  // What the contract demands.
  if (intformer_pkg::StatisticsRead != Stages - 1 || intformer_pkg::StatisticsLatency != Stages + 1)
    $error("row_statistics: its latencies are not those of the package");
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
    .holds_i(!own_read || !((valid_q[Stages] && uop_all.slot == uop_read.slot && uop_all.last) ||
                            (write_q && uop_write.slot == uop_read.slot)))
  );
endmodule

`default_nettype wire
