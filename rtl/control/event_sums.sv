// SPDX-License-Identifier: Apache-2.0
// Short sums of events that count on and on, for counter_totals.
//
// Contract: while enable_i is high, sum i adds step i, of StepWidths[i] bits, times 2^Shifts[i].
//   Each sum is right modulo mask_o + 1, and moves by less than that in Turns cycles. clear_i wins.
// Timing: sum_o and mask_o are combinational in index_i.
`default_nettype none

module event_sums #(
  parameter  int unsigned        Count      = 4,
  parameter  int unsigned        Turns      = 64,
  parameter  int unsigned        SumWidth   = 16,
  parameter  logic [Count*4-1:0] StepWidths = {Count{4'd4}},
  parameter  logic [Count*4-1:0] Shifts     = {Count{4'd0}},
  localparam int unsigned        IndexWidth = Count > 1 ? $clog2(Count) : 1
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  clear_i,
  input  logic                  enable_i,
  input  logic [Count*4-1:0]    step_i,
  input  logic [IndexWidth-1:0] index_i,
  output logic [SumWidth-1:0]   sum_o,
  output logic [SumWidth-1:0]   mask_o
);
  logic [SumWidth-1:0] sums[Count];
  logic [SumWidth-1:0] masks[Count];

  for (genvar i = 0; i < Count; i++) begin : gen_sum
    localparam int unsigned StepWidth = 32'(StepWidths[i*4 +: 4]);
    localparam int unsigned Shift = 32'(Shifts[i*4 +: 4]);
    localparam int unsigned Width = $clog2(Turns * ((1 << StepWidth) - 1) + 1);

    logic [Width-1:0] sum_q;
    assign sums[i]  = SumWidth'(sum_q) << Shift;
    assign masks[i] = SumWidth'({Width{1'b1}}) << Shift;
    always_ff @(posedge clk_i) begin
      if (!rst_ni || clear_i) sum_q <= '0;
      else if (enable_i) sum_q <= sum_q + Width'(step_i[i*4 +: StepWidth]);
    end
    if (StepWidth < 4) begin : gen_narrow
      logic unused;
      assign unused = ^step_i[i*4+StepWidth +: 4-StepWidth];
    end
    if (Width + Shift > SumWidth) $error("event_sums: SumWidth is too small for a sum");
  end

  assign sum_o  = sums[index_i];
  assign mask_o = masks[index_i];
endmodule

`default_nettype wire
