// SPDX-License-Identifier: Apache-2.0
// Says whether bytes [first_i, end_i) lie whole inside one address window that grants the access.
//
// Contract: window w is [base, end) with permission bits {writable, readable}; Permission selects
//   the bit. An empty or wrapped range, or one beyond 2^AddressBits, is never allowed. The range
//   crosses no 4 KiB line, so that its first byte alone decides about the address width.
// Timing: combinational; allowed_o is low while valid_i is low.
`default_nettype none

module window_check #(
  parameter int unsigned WindowCount = 4,
  parameter int unsigned AddressBits = 40,
  parameter int unsigned Permission  = 0
) (
  input  logic                      valid_i,
  input  logic [63:0]               first_i,
  input  logic [63:0]               end_i,
  input  logic [WindowCount*64-1:0] window_base_i,
  input  logic [WindowCount*64-1:0] window_end_i,
  input  logic [WindowCount*2-1:0]  window_permissions_i,
  output logic                      allowed_o
);
  logic reachable;
  if (AddressBits < 64) begin : gen_narrow
    assign reachable = first_i[63:AddressBits] == '0;
  end else begin : gen_full
    assign reachable = 1'b1;
  end

  always_comb begin
    allowed_o = 1'b0;
    if (valid_i && reachable && end_i > first_i) begin
      for (int unsigned w = 0; w < WindowCount; w++) begin
        if (window_permissions_i[w*2+Permission] && first_i >= window_base_i[w*64 +: 64] &&
            end_i <= window_end_i[w*64 +: 64]) begin
          allowed_o = 1'b1;
        end
      end
    end
  end

  logic unused;
  assign unused = ^window_permissions_i;
endmodule

`default_nettype wire
