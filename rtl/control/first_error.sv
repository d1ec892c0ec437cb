// SPDX-License-Identifier: Apache-2.0
// Keeps the first error of a run; of several in one cycle, that of the lowest source.
//
// Contract: errors are pulses with code, command index and address per source. enable_i gates
//   capture, clear_i forgets.
// Timing: every source passes a register of its own: failed_o and the values follow two cycles
//   after the pulse.
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
  logic [Sources-1:0]      valid_q;
  logic [Sources*Bits-1:0] errors_q;
  intformer_pkg::error_t   first;
  logic forget_q;

  // Highest source first: the last assignment, that of the lowest, stays.
  always_comb begin
    first = errors_q[(Sources-1)*Bits +: Bits];
    for (int unsigned i = 1; i < Sources; i++) begin
      if (valid_q[Sources-1-i]) first = errors_q[(Sources-1-i)*Bits +: Bits];
    end
    if (forget_q) first = '0;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      valid_q  <= '0;
      failed_o <= 1'b0;
      forget_q <= 1'b1;
    end else begin
      valid_q  <= enable_i ? valid_i : '0;
      failed_o <= failed_o || |valid_q;
      forget_q <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    errors_q <= errors_i;
    if (forget_q || (!failed_o && |valid_q)) error_o <= first;
  end
endmodule

`default_nettype wire
