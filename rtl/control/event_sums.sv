// SPDX-License-Identifier: Apache-2.0
// Short sums of events, each of which counter_totals takes once in so many cycles.
//
// Contract: while enable_i is high, sum i adds step i, of StepWidths[i] bits. take_i takes the sum
//   take_index_i, which goes on from this cycle's step; each is taken within Turns cycles. clear_i
//   wins.
// Timing: sum_o is combinational in take_index_i.
`default_nettype none

module event_sums #(
  parameter  int unsigned        Count      = 4,
  parameter  int unsigned        Turns      = 64,
  parameter  logic [Count*4-1:0] StepWidths = {Count{4'd8}},
  localparam int unsigned        IndexWidth = Count > 1 ? $clog2(Count) : 1,
  localparam int unsigned        SumWidth   = 8 + $clog2(Turns)
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  clear_i,
  input  logic                  enable_i,
  input  logic [Count*8-1:0]    step_i,
  input  logic                  take_i,
  input  logic [IndexWidth-1:0] take_index_i,
  output logic [SumWidth-1:0]   sum_o
);
  logic [SumWidth-1:0] sums[Count];

  for (genvar i = 0; i < Count; i++) begin : gen_sum
    localparam int unsigned StepWidth = 32'(StepWidths[i*4 +: 4]);
    localparam int unsigned Width = StepWidth + $clog2(Turns);

    logic [Width-1:0] sum_q;
    logic             taken;
    assign taken   = take_i && 32'(take_index_i) == i;
    assign sums[i] = SumWidth'(sum_q);
    always_ff @(posedge clk_i) begin
      if (!rst_ni || clear_i) sum_q <= '0;
      else begin
        sum_q <= (taken ? '0 : sum_q) + (enable_i ? Width'(step_i[i*8 +: StepWidth]) : '0);
      end
    end
    if (StepWidth < 8) begin : gen_narrow
      logic unused;
      assign unused = ^step_i[i*8+StepWidth +: 8-StepWidth];
    end
  end

  assign sum_o = sums[take_index_i];
endmodule

`default_nettype wire
