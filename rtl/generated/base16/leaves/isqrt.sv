// Integer square root, one root bit per cycle: root = floor(sqrt(value)).
//
// Digit by digit: two bits of the value enter the remainder, which the trial value 4 * root + 1 is
// taken from if it fits.
// Contract: start_i loads the value, which need not be held. A start while busy is not allowed.
// Timing: done_o pulses RootW cycles after start_i; root_o then holds until the next start.
module isqrt #(
  parameter int unsigned RootW = 16
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic               start_i,
  input  logic [2*RootW-1:0] value_i,
  output logic               done_o,
  output logic [RootW-1:0]   root_o
);
  localparam int unsigned CountW = $clog2(RootW + 1);

  logic [2*RootW-1:0] value_q;
  logic [RootW-1:0]   remainder_q;  // at most 2 * root, until the last, which nobody needs
  logic [RootW-1:0]   root_q;
  logic [CountW-1:0]  left_q;
  logic               done_q;
  logic [RootW+1:0]   shifted, trial;
  logic               fits;

  assign shifted = {remainder_q, value_q[2*RootW-1 -: 2]};
  assign trial   = {root_q, 2'b01};
  assign fits    = shifted >= trial;
  assign done_o  = done_q;
  assign root_o  = root_q;

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      value_q     <= value_i;
      remainder_q <= '0;
      root_q      <= '0;
    end else if (left_q != '0) begin
      value_q     <= value_q << 2;
      remainder_q <= RootW'(fits ? shifted - trial : shifted);
      root_q      <= {root_q[RootW-2:0], fits};
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      left_q <= '0;
      done_q <= 1'b0;
    end else begin
      done_q <= left_q == CountW'(1);
      if (start_i) left_q <= CountW'(RootW);
      else if (left_q != '0) left_q <= left_q - 1'b1;
    end
  end
endmodule
