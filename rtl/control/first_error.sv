// SPDX-License-Identifier: Apache-2.0
// Keeps the first error of a run; of several in one cycle, that of the lowest source.
//
// Contract: errors are pulses with code, command index and address per source. enable_i gates
//   capture, clear_i forgets.
// Timing: every source passes a register of its own: failed_o and the values follow two cycles
//   after the pulse. It holds zero unless the source's error is the cycle's first, so that what
//   follows is an OR.
`default_nettype none

module first_error #(
  parameter  int unsigned Sources = 4,
  localparam int unsigned Bits    = intformer_pkg::ErrorBits
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,
  input  logic                    enable_i,
  input  logic                    clear_i,
  input  logic [Sources-1:0]      valid_i,
  input  logic [Sources*Bits-1:0] errors_i,  // an error_t each
  output logic                    failed_o,
  output intformer_pkg::error_t   error_o
);
  logic [Sources-1:0]    first;  // the lowest source of this cycle
  logic [Bits-1:0]       errors_q[Sources];
  intformer_pkg::error_t one;
  logic valid_q, forget_q;

  assign first = enable_i ? valid_i & (~valid_i + 1'b1) : '0;

  for (genvar i = 0; i < Sources; i++) begin : gen_source
    always_ff @(posedge clk_i) begin
      if (first[i]) errors_q[i] <= errors_i[i*Bits +: Bits];
      else errors_q[i] <= '0;
    end
  end

  always_comb begin
    one = '0;
    for (int unsigned i = 0; i < Sources; i++) one = one | errors_q[i];
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      valid_q  <= 1'b0;
      failed_o <= 1'b0;
      forget_q <= 1'b1;
    end else begin
      valid_q  <= first != '0;
      failed_o <= failed_o || valid_q;
      forget_q <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (forget_q) error_o <= '0;
    else if (valid_q && !failed_o) error_o <= one;
  end
endmodule

`default_nettype wire
