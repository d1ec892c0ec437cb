// SPDX-License-Identifier: Apache-2.0
// Says whether bytes [first_i, end_i) lie whole inside one address window that grants the access.
//
// Contract: window w is [base, end) with permission bits {writable, readable}; Permission selects
//   the bit. A range that begins or wraps beyond 2^AddressBits is never allowed. It is not empty and
//   crosses no 4 KiB line, so that its first byte alone decides about the address width.
// Timing: combinational.
`default_nettype none

module window_check #(
  parameter  int unsigned Permission  = 0,
  localparam int unsigned EndBits     = intformer_pkg::EndBits
) (
  input  intformer_pkg::window_limits_t limits_i,
  input  logic [EndBits-1:0]            first_i,
  input  logic [EndBits-1:0]            end_i,
  output logic                          allowed_o
);
  localparam int unsigned AddressBits = intformer_pkg::AddressBits;

  logic possible, covered;
  if (AddressBits < 64) begin : gen_narrow
    assign possible = !first_i[AddressBits];
  end else begin : gen_full
    assign possible = end_i > first_i;
  end

  always_comb begin
    covered = 1'b0;
    for (int unsigned w = 0; w < intformer_pkg::WindowCount; w++) begin
      if (limits_i.permissions[w*2+Permission] &&
          first_i[AddressBits-1:0] >= limits_i.base[w*AddressBits +: AddressBits] &&
          end_i <= limits_i.end_field[w*EndBits +: EndBits]) begin
        covered = 1'b1;
      end
    end
  end
  assign allowed_o = possible && covered;

  logic unused;
  assign unused = ^limits_i.permissions;
endmodule

`default_nettype wire
