// SPDX-License-Identifier: Apache-2.0
// Brings the address windows to the width of the bus, once for all that check against them.
//
// Contract: a window that begins beyond the last address loses its permissions; one that ends
//   beyond it ends behind the last address.
// Timing: one register.
`default_nettype none

module window_limits (
  input  logic                          clk_i,
  input  intformer_pkg::windows_t       windows_i,
  output intformer_pkg::window_limits_t limits_o
);
  localparam int unsigned AddressBits = intformer_pkg::AddressBits;
  localparam int unsigned EndBits = intformer_pkg::EndBits;

  intformer_pkg::window_limits_t limits;

  if (AddressBits < 64) begin : gen_narrow
    always_comb begin
      for (int unsigned w = 0; w < intformer_pkg::WindowCount; w++) begin
        limits.base[w*AddressBits +: AddressBits] = windows_i.base[w*64 +: AddressBits];
        limits.end_field[w*EndBits +: EndBits] = {1'b0, windows_i.end_field[w*64 +: AddressBits]};
        if (windows_i.end_field[w*64+AddressBits +: 64-AddressBits] != '0) begin
          limits.end_field[w*EndBits +: EndBits] = {1'b1, {AddressBits{1'b0}}};
        end
        limits.permissions[w*2 +: 2] = windows_i.permissions[w*2 +: 2];
        if (windows_i.base[w*64+AddressBits +: 64-AddressBits] != '0) begin
          limits.permissions[w*2 +: 2] = '0;
        end
      end
    end
  end else begin : gen_full
    assign limits = {windows_i};
  end

  always_ff @(posedge clk_i) limits_o <= limits;
endmodule

`default_nettype wire
