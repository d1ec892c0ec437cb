// SPDX-License-Identifier: Apache-2.0
// What a board's lights show of a device, by what its host does with the registers.
//
// Contract: write_i and read_i say that a register is written or its value taken; addresses stay until
//   then. Running: from the host's start to the interrupt, or to a status that is not busy. Done and
//   error are as the host last read them, and go out at a start. alive_o changes every 2^25 cycles.
`default_nettype none

module board_lights (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        write_i,
  input  logic [11:0] write_address_i,
  input  logic [31:0] write_data_i,
  input  logic        read_i,
  input  logic [11:0] read_address_i,
  input  logic [31:0] read_data_i,
  input  logic        interrupt_i,
  output logic        running_o,
  output logic        done_o,
  output logic        error_o,
  output logic        alive_o
);
  logic start, look;
  logic [25:0] alive_q;
  assign start   = write_i && write_address_i == board_pkg::Control &&
                   write_data_i[board_pkg::ControlStart];
  assign look    = read_i && read_address_i == board_pkg::Status;
  assign alive_o = alive_q[25];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      running_o <= 1'b0;
      done_o    <= 1'b0;
      error_o   <= 1'b0;
      alive_q   <= '0;
    end else begin
      alive_q <= alive_q + 1'b1;
      if (look) begin
        done_o  <= read_data_i[board_pkg::StatusDone];
        error_o <= read_data_i[board_pkg::StatusError];
      end
      if (interrupt_i || (look && !read_data_i[board_pkg::StatusBusy])) running_o <= 1'b0;
      if (start) begin
        running_o <= 1'b1;
        done_o    <= 1'b0;
        error_o   <= 1'b0;
      end
    end
  end

  logic unused;
  assign unused = ^{write_data_i, read_data_i};
endmodule

`default_nettype wire
