// SPDX-License-Identifier: Apache-2.0
// Keeps the first error of a run; of several in one cycle, that of the lowest source.
//
// Contract: errors are pulses with code, command index and address per source. enable_i gates
//   capture, clear_i forgets.
// Timing: failed_o and the values are registered.
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
  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      failed_o <= 1'b0;
      error_o  <= '0;
    end else if (enable_i && !failed_o && |valid_i) begin
      failed_o <= 1'b1;
      // Highest source first: the last assignment, that of the lowest, stays.
      for (int unsigned i = 0; i < Sources; i++) begin
        if (valid_i[Sources-1-i]) error_o <= errors_i[(Sources-1-i)*Bits +: Bits];
      end
    end
  end
endmodule

`default_nettype wire
