// SPDX-License-Identifier: Apache-2.0
// AXI4-Lite master: one access of a device register at a time.
//
// Contract: start_i begins an access, when busy_o is low; done_o, one cycle with what was read and
//   whether the device refused, ends it. Where the device does not answer busy_o stays high.
// Timing: every AXI output is a register or constant.
`default_nettype none

module link_registers (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        start_i,
  input  logic        write_i,
  input  logic [11:0] addr_i,
  input  logic [31:0] data_i,
  output logic        busy_o,
  output logic        done_o,
  output logic        error_o,
  output logic [31:0] data_o,

  output logic [11:0] m_axil_awaddr_o,
  output logic        m_axil_awvalid_o,
  input  logic        m_axil_awready_i,
  output logic [31:0] m_axil_wdata_o,
  output logic [3:0]  m_axil_wstrb_o,
  output logic        m_axil_wvalid_o,
  input  logic        m_axil_wready_i,
  input  logic [1:0]  m_axil_bresp_i,
  input  logic        m_axil_bvalid_i,
  output logic        m_axil_bready_o,
  output logic [11:0] m_axil_araddr_o,
  output logic        m_axil_arvalid_o,
  input  logic        m_axil_arready_i,
  input  logic [31:0] m_axil_rdata_i,
  input  logic [1:0]  m_axil_rresp_i,
  input  logic        m_axil_rvalid_i,
  output logic        m_axil_rready_o
);
  logic [11:0] addr_q;

  assign m_axil_awaddr_o = addr_q;
  assign m_axil_araddr_o = addr_q;
  assign m_axil_wstrb_o  = '1;
  assign m_axil_bready_o = 1'b1;
  assign m_axil_rready_o = 1'b1;

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      addr_q         <= addr_i;
      m_axil_wdata_o <= data_i;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      m_axil_awvalid_o <= 1'b0;
      m_axil_wvalid_o  <= 1'b0;
      m_axil_arvalid_o <= 1'b0;
      busy_o           <= 1'b0;
    end else if (start_i) begin
      m_axil_awvalid_o <= write_i;
      m_axil_wvalid_o  <= write_i;
      m_axil_arvalid_o <= !write_i;
      busy_o           <= 1'b1;
    end else begin
      if (m_axil_awready_i) m_axil_awvalid_o <= 1'b0;
      if (m_axil_wready_i) m_axil_wvalid_o <= 1'b0;
      if (m_axil_arready_i) m_axil_arvalid_o <= 1'b0;
      if (done_o) busy_o <= 1'b0;
    end
  end

  assign done_o  = m_axil_bvalid_i || m_axil_rvalid_i;
  assign error_o = m_axil_bvalid_i ? m_axil_bresp_i[1] : m_axil_rresp_i[1];
  assign data_o  = m_axil_rdata_i;

  logic unused;
  assign unused = m_axil_bresp_i[0] ^ m_axil_rresp_i[0];  // EXOKAY is not asked for

  // What the contract demands.
  assert_always a_start (
    .clk_i,
    .rst_ni,
    .holds_i(!start_i || !busy_o)
  );
endmodule

`default_nettype wire
