// SPDX-License-Identifier: Apache-2.0
// Says whether bytes [first_i, end_i) lie whole inside one address window that grants the access.
//
// Contract: window w is [base, end) with permission bits {writable, readable}; Permission selects
//   the bit. An empty or wrapped range, or one beyond 2^AddressBits, is never allowed. The range
//   crosses no 4 KiB line, so that its first byte alone decides about the address width.
// Timing: combinational; allowed_o is low while valid_i is low.
`default_nettype none

module window_check #(
  parameter int unsigned Permission = 0
) (
  input  intformer_pkg::windows_t windows_i,
  input  logic                    valid_i,
  input  logic [63:0]             first_i,
  input  logic [63:0]             end_i,
  output logic                    allowed_o
);
  localparam int unsigned AddressBits = intformer_pkg::AddressBits;

  logic reachable;
  if (AddressBits < 64) begin : gen_narrow
    assign reachable = first_i[63:AddressBits] == '0;
  end else begin : gen_full
    assign reachable = 1'b1;
  end

  always_comb begin
    allowed_o = 1'b0;
    if (valid_i && reachable && end_i > first_i) begin
      for (int unsigned w = 0; w < intformer_pkg::WindowCount; w++) begin
        if (windows_i.permissions[w*2+Permission] && first_i >= windows_i.base[w*64 +: 64] &&
            end_i <= windows_i.end_field[w*64 +: 64]) begin
          allowed_o = 1'b1;
        end
      end
    end
  end

  logic unused;
  assign unused = ^windows_i.permissions;
endmodule

`default_nettype wire
