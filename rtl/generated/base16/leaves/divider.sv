// Restoring divider, one quotient bit per cycle:
//   quotient = floor(numerator * 2^(QuotientW-1) / denominator).
//
// Contract: start_i loads the operands, which need not be held; 0 < denominator and numerator <
//   2 * denominator, so that the quotient fits. A start while busy is not allowed.
// Timing: done_o pulses QuotientW cycles after start_i; quotient_o then holds until the next start.
module divider #(
  parameter int unsigned Width     = 28,
  parameter int unsigned QuotientW = 17
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 start_i,
  input  logic [Width-1:0]     numerator_i,
  input  logic [Width-1:0]     denominator_i,
  output logic                 done_o,
  output logic [QuotientW-1:0] quotient_o
);
  localparam int unsigned CountW = $clog2(QuotientW + 1);

  // The remainder stays below twice the denominator before each step.
  logic [Width:0]         remainder_q;
  logic [Width-1:0]       denominator_q;
  logic [QuotientW-1:0]   quotient_q;
  logic [CountW-1:0]      left_q;
  logic                   done_q;
  logic                   fits;
  logic [Width:0]         reduced;

  assign fits       = remainder_q >= {1'b0, denominator_q};
  assign reduced    = fits ? remainder_q - {1'b0, denominator_q} : remainder_q;
  assign done_o     = done_q;
  assign quotient_o = quotient_q;

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      remainder_q   <= {1'b0, numerator_i};
      denominator_q <= denominator_i;
    end else if (left_q != '0) begin
      remainder_q <= reduced << 1;
      quotient_q  <= {quotient_q[QuotientW-2:0], fits};
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      left_q <= '0;
      done_q <= 1'b0;
    end else begin
      done_q <= left_q == CountW'(1);
      if (start_i) left_q <= CountW'(QuotientW);
      else if (left_q != '0) left_q <= left_q - 1'b1;
    end
  end
endmodule
