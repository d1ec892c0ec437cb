// SPDX-License-Identifier: Apache-2.0
// window_check behind window_limits, asked with whole addresses.
`default_nettype none

module window_probe #(
  parameter int unsigned Permission = 0
) (
  input  logic                    clk_i,
  input  intformer_pkg::windows_t windows_i,
  input  logic [63:0]             first_i,
  input  logic [63:0]             end_i,
  output logic                    allowed_o
);
  localparam int unsigned EndBits = intformer_pkg::EndBits;

  intformer_pkg::window_limits_t limits;
  logic allowed;

  window_limits u_limits (
    .clk_i,
    .windows_i,
    .limits_o(limits)
  );
  window_check #(
    .Permission(Permission)
  ) u_check (
    .limits_i(limits),
    .first_i(first_i[EndBits-1:0]),
    .end_i(end_i[EndBits-1:0]),
    .allowed_o(allowed)
  );

  // As the splitter does: bits above mark a command.
  if (EndBits < 64) begin : gen_narrow
    assign allowed_o = allowed && first_i[63:EndBits] == '0;
    logic unused;
    assign unused = ^end_i[63:EndBits];
  end else begin : gen_full
    assign allowed_o = allowed;
  end
endmodule

`default_nettype wire
