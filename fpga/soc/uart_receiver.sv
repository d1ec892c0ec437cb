// SPDX-License-Identifier: Apache-2.0
// Bytes of a UART line: 8 data bits, lowest first, no parity, one stop bit.
//
// Contract: valid_o is one cycle, in which data_o is the byte. A byte without its stop bit is
//   dropped, and the line must be high before the next one begins; so is a start bit that is over
//   before its middle. The sender's clock may be off by (1/2 - Baud / ClockHz) / 9.5: 4.6 % at
//   16.67 clocks per bit, 2.6 % at 4, none at 2.
// Timing: the line passes two flip-flops; a byte is out two cycles after the middle of its stop
//   bit.
`default_nettype none

module uart_receiver #(
  parameter int unsigned ClockHz = 50_000_000,
  parameter int unsigned Baud    = 3_000_000
) (
  input  logic       clk_i,
  input  logic       rst_ni,
  input  logic       rx_i,
  output logic       valid_o,
  output logic [7:0] data_o
);
  localparam logic [3:0] StartBit = 4'd0, StopBit = 4'd9;

  logic meta_q, line_q;
  logic [3:0] bit_q;
  logic under_way_q, broken_q, run, tick;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) {line_q, meta_q} <= 2'b11;
    else {line_q, meta_q} <= {meta_q, rx_i};
  end

  assign run = under_way_q || (!line_q && !broken_q);

  // Half a bit after the start bit's edge, and then once per bit.
  uart_bit_clock #(
    .ClockHz(ClockHz),
    .Baud(Baud),
    .HalfFirst(1'b1)
  ) u_bit_clock (
    .clk_i,
    .run_i(run),
    .tick_o(tick)
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      under_way_q <= 1'b0;
      broken_q    <= 1'b1;
      bit_q       <= StartBit;
      valid_o     <= 1'b0;
    end else begin
      valid_o <= tick && bit_q == StopBit && line_q;
      if (tick && bit_q == StopBit) broken_q <= !line_q;
      else if (line_q) broken_q <= 1'b0;
      if (tick && (bit_q == StopBit || (bit_q == StartBit && line_q))) begin
        under_way_q <= 1'b0;
        bit_q       <= StartBit;
      end else if (run) begin
        under_way_q <= 1'b1;
        if (tick) bit_q <= bit_q + 1'b1;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (tick && bit_q != StartBit && bit_q != StopBit) data_o <= {line_q, data_o[7:1]};
  end
endmodule

`default_nettype wire
