// SPDX-License-Identifier: Apache-2.0
// Keeps the first error of a run; of several in one cycle, that of the lowest source.
//
// Contract: errors are pulses with code, command index and address per source. enable_i gates
//   capture, clear_i forgets.
// Timing: failed_o and the values are registered.
`default_nettype none

module first_error #(
  parameter int unsigned Sources = 4
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  enable_i,
  input  logic                  clear_i,
  input  logic [Sources-1:0]    valid_i,
  input  logic [Sources*8-1:0]  code_i,
  input  logic [Sources*32-1:0] index_i,
  input  logic [Sources*64-1:0] addr_i,
  output logic                  failed_o,
  output logic [7:0]            code_o,
  output logic [31:0]           index_o,
  output logic [63:0]           addr_o
);
  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      failed_o <= 1'b0;
      code_o   <= '0;
      index_o  <= '0;
      addr_o   <= '0;
    end else if (enable_i && !failed_o && |valid_i) begin
      failed_o <= 1'b1;
      // Highest source first: the last assignment, that of the lowest, stays.
      for (int unsigned i = 0; i < Sources; i++) begin
        if (valid_i[Sources-1-i]) begin
          code_o  <= code_i[(Sources-1-i)*8 +: 8];
          index_o <= index_i[(Sources-1-i)*32 +: 32];
          addr_o  <= addr_i[(Sources-1-i)*64 +: 64];
        end
      end
    end
  end
endmodule

`default_nettype wire
