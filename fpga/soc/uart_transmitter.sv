// SPDX-License-Identifier: Apache-2.0
// Sends bytes on a UART line: 8 data bits, lowest first, no parity, one stop bit.
//
// Contract: a byte is taken when valid_i and ready_o are high; the line is high between bytes.
// Timing: the line is a register; a cycle passes between stop bit and start bit.
`default_nettype none

module uart_transmitter #(
  parameter int unsigned ClockHz = 50_000_000,
  parameter int unsigned Baud    = 3_000_000
) (
  input  logic       clk_i,
  input  logic       rst_ni,
  input  logic       valid_i,
  output logic       ready_o,
  input  logic [7:0] data_i,
  output logic       tx_o
);
  logic [9:0] shift_q;  // what is still to be sent, the bit on the line lowest
  logic [3:0] left_q;
  logic tick;

  assign ready_o = left_q == '0;
  assign tx_o    = shift_q[0];

  uart_bit_clock #(
    .ClockHz(ClockHz),
    .Baud(Baud)
  ) u_bit_clock (
    .clk_i,
    .run_i(!ready_o),
    .tick_o(tick)
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      shift_q <= '1;
      left_q  <= '0;
    end else if (ready_o && valid_i) begin
      shift_q <= {1'b1, data_i, 1'b0};
      left_q  <= 4'd10;
    end else if (tick) begin
      shift_q <= {1'b1, shift_q[9:1]};
      left_q  <= left_q - 1'b1;
    end
  end
endmodule

`default_nettype wire
