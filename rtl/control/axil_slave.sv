// SPDX-License-Identifier: Apache-2.0
// AXI4-Lite slave: turns transactions into single accesses of a register bank.
//
// Contract: address and data of a write may come in any order; one write and one read are held at a
//   time, a write goes first. access_valid_o is one cycle, in which address and data of the access
//   come from registers; they stay until the bank answers with access_done_i, in any later cycle:
//   with read data, and whether the access is refused (SLVERR).
// Timing: three cycles from request to response besides what the bank takes; ready outputs are
//   registered.
`default_nettype none

module axil_slave (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic [11:0] awaddr_i,
  input  logic        awvalid_i,
  output logic        awready_o,
  input  logic [31:0] wdata_i,
  input  logic [3:0]  wstrb_i,
  input  logic        wvalid_i,
  output logic        wready_o,
  output logic [1:0]  bresp_o,
  output logic        bvalid_o,
  input  logic        bready_i,
  input  logic [11:0] araddr_i,
  input  logic        arvalid_i,
  output logic        arready_o,
  output logic [31:0] rdata_o,
  output logic [1:0]  rresp_o,
  output logic        rvalid_o,
  input  logic        rready_i,
  output logic        access_valid_o,
  output logic        access_write_o,
  output logic [11:0] access_addr_o,
  output logic [31:0] access_data_o,
  output logic [3:0]  access_strobe_o,
  input  logic        access_done_i,
  input  logic [31:0] access_data_i,
  input  logic        access_refused_i
);
  localparam logic [1:0] Okay = 2'b00, SlaveError = 2'b10;

  logic [11:0] write_addr_q, read_addr_q;
  logic write_held, read_held, begins, under_way_q, write_access, read_access;

  assign write_held   = !awready_o && !wready_o && !bvalid_o;
  assign read_held    = !arready_o && !rvalid_o;
  assign begins       = (write_held || read_held) && !under_way_q;
  assign write_access = under_way_q && access_done_i && access_write_o;
  assign read_access  = under_way_q && access_done_i && !access_write_o;

  always_ff @(posedge clk_i) begin
    if (awvalid_i && awready_o) write_addr_q <= awaddr_i;
    if (arvalid_i && arready_o) read_addr_q <= araddr_i;
    if (wvalid_i && wready_o) begin
      access_data_o   <= wdata_i;
      access_strobe_o <= wstrb_i;
    end
    if (begins) begin
      access_write_o <= write_held;
      access_addr_o  <= write_held ? write_addr_q : read_addr_q;
    end
    if (write_access) bresp_o <= access_refused_i ? SlaveError : Okay;
    if (read_access) begin
      rdata_o <= access_data_i;
      rresp_o <= access_refused_i ? SlaveError : Okay;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      access_valid_o <= 1'b0;
      under_way_q    <= 1'b0;
    end else begin
      access_valid_o <= begins;
      if (begins) under_way_q <= 1'b1;
      else if (access_done_i) under_way_q <= 1'b0;
    end
  end

  // Ready low means "held": from acceptance until the access is made.
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      awready_o <= 1'b1;
      wready_o  <= 1'b1;
      arready_o <= 1'b1;
      bvalid_o  <= 1'b0;
      rvalid_o  <= 1'b0;
    end else begin
      if (write_access) awready_o <= 1'b1;
      else if (awvalid_i) awready_o <= 1'b0;
      if (write_access) wready_o <= 1'b1;
      else if (wvalid_i) wready_o <= 1'b0;
      if (read_access) arready_o <= 1'b1;
      else if (arvalid_i) arready_o <= 1'b0;
      if (write_access) bvalid_o <= 1'b1;
      else if (bready_i) bvalid_o <= 1'b0;
      if (read_access) rvalid_o <= 1'b1;
      else if (rready_i) rvalid_o <= 1'b0;
    end
  end

  // What the contract demands: of the host what AXI does, of the bank one answer to each access.
  assert_held #(
    .Width(12)
  ) a_write_address_held (
    .clk_i,
    .rst_ni,
    .valid_i(awvalid_i),
    .ready_i(awready_o),
    .payload_i(awaddr_i)
  );
  assert_held #(
    .Width(36)
  ) a_write_data_held (
    .clk_i,
    .rst_ni,
    .valid_i(wvalid_i),
    .ready_i(wready_o),
    .payload_i({wstrb_i, wdata_i})
  );
  assert_held #(
    .Width(12)
  ) a_read_address_held (
    .clk_i,
    .rst_ni,
    .valid_i(arvalid_i),
    .ready_i(arready_o),
    .payload_i(araddr_i)
  );
  assert_held #(
    .Width(2)
  ) a_write_response_held (
    .clk_i,
    .rst_ni,
    .valid_i(bvalid_o),
    .ready_i(bready_i),
    .payload_i(bresp_o)
  );
  assert_held #(
    .Width(34)
  ) a_read_data_held (
    .clk_i,
    .rst_ni,
    .valid_i(rvalid_o),
    .ready_i(rready_i),
    .payload_i({rresp_o, rdata_o})
  );
  assert_always a_answer (
    .clk_i,
    .rst_ni,
    .holds_i(!access_done_i || (under_way_q && !access_valid_o))
  );
endmodule

`default_nettype wire
