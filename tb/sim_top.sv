// SPDX-License-Identifier: Apache-2.0
// The device as the simulation shell sees it: every input passes a register, so that nothing
// combinational hangs on a pin and the evaluation of the rising edge settles everything.
//
// Contract: what the shell sets before a rising edge, the device sees in the cycle that the edge
//   begins; outputs are those of the device in that cycle. SIM_DEVICE is the design's top module.
`default_nettype none

module sim_top #(
  parameter int unsigned AddressBits = 40,
  parameter int unsigned BusBytes    = 16
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  output logic                   interrupt_o,

  input  logic [11:0]            s_axil_awaddr_i,
  input  logic                   s_axil_awvalid_i,
  output logic                   s_axil_awready_o,
  input  logic [31:0]            s_axil_wdata_i,
  input  logic [3:0]             s_axil_wstrb_i,
  input  logic                   s_axil_wvalid_i,
  output logic                   s_axil_wready_o,
  output logic [1:0]             s_axil_bresp_o,
  output logic                   s_axil_bvalid_o,
  input  logic                   s_axil_bready_i,
  input  logic [11:0]            s_axil_araddr_i,
  input  logic                   s_axil_arvalid_i,
  output logic                   s_axil_arready_o,
  output logic [31:0]            s_axil_rdata_o,
  output logic [1:0]             s_axil_rresp_o,
  output logic                   s_axil_rvalid_o,
  input  logic                   s_axil_rready_i,

  output logic [0:0]             m_axi_arid_o,
  output logic [AddressBits-1:0] m_axi_araddr_o,
  output logic [7:0]             m_axi_arlen_o,
  output logic [2:0]             m_axi_arsize_o,
  output logic [1:0]             m_axi_arburst_o,
  output logic                   m_axi_arvalid_o,
  input  logic                   m_axi_arready_i,
  input  logic [0:0]             m_axi_rid_i,
  input  logic [BusBytes*8-1:0]  m_axi_rdata_i,
  input  logic [1:0]             m_axi_rresp_i,
  input  logic                   m_axi_rlast_i,
  input  logic                   m_axi_rvalid_i,
  output logic                   m_axi_rready_o,
  output logic [0:0]             m_axi_awid_o,
  output logic [AddressBits-1:0] m_axi_awaddr_o,
  output logic [7:0]             m_axi_awlen_o,
  output logic [2:0]             m_axi_awsize_o,
  output logic [1:0]             m_axi_awburst_o,
  output logic                   m_axi_awvalid_o,
  input  logic                   m_axi_awready_i,
  output logic [BusBytes*8-1:0]  m_axi_wdata_o,
  output logic [BusBytes-1:0]    m_axi_wstrb_o,
  output logic                   m_axi_wlast_o,
  output logic                   m_axi_wvalid_o,
  input  logic                   m_axi_wready_i,
  input  logic [0:0]             m_axi_bid_i,
  input  logic [1:0]             m_axi_bresp_i,
  input  logic                   m_axi_bvalid_i,
  output logic                   m_axi_bready_o,

  output logic [3:0]             event_start_o,
  output logic [4*32-1:0]        event_start_index_o,
  output logic [3:0]             event_done_o,
  output logic [4*32-1:0]        event_done_index_o
);
  logic rst_n_q, awvalid_q, wvalid_q, bready_q, arvalid_q, rready_q;
  logic arready_q, rlast_q, rvalid_q, awready_q, wready_q, bvalid_q;
  logic [0:0]            rid_q, bid_q;
  logic [1:0]            rresp_q, bresp_q;
  logic [3:0]            wstrb_q;
  logic [11:0]           awaddr_q, araddr_q;
  logic [31:0]           wdata_q;
  logic [BusBytes*8-1:0] rdata_q;

  always_ff @(posedge clk_i) begin
    rst_n_q   <= rst_ni;
    awaddr_q  <= s_axil_awaddr_i;
    awvalid_q <= s_axil_awvalid_i;
    wdata_q   <= s_axil_wdata_i;
    wstrb_q   <= s_axil_wstrb_i;
    wvalid_q  <= s_axil_wvalid_i;
    bready_q  <= s_axil_bready_i;
    araddr_q  <= s_axil_araddr_i;
    arvalid_q <= s_axil_arvalid_i;
    rready_q  <= s_axil_rready_i;
    arready_q <= m_axi_arready_i;
    rid_q     <= m_axi_rid_i;
    rresp_q   <= m_axi_rresp_i;
    rlast_q   <= m_axi_rlast_i;
    rvalid_q  <= m_axi_rvalid_i;
    awready_q <= m_axi_awready_i;
    wready_q  <= m_axi_wready_i;
    bid_q     <= m_axi_bid_i;
    bresp_q   <= m_axi_bresp_i;
    bvalid_q  <= m_axi_bvalid_i;
    if (m_axi_rvalid_i) rdata_q <= m_axi_rdata_i;
  end

  `SIM_DEVICE u_device (
    .clk_i, .rst_ni(rst_n_q), .interrupt_o,
    .s_axil_awaddr_i(awaddr_q), .s_axil_awvalid_i(awvalid_q), .s_axil_awready_o,
    .s_axil_wdata_i(wdata_q), .s_axil_wstrb_i(wstrb_q), .s_axil_wvalid_i(wvalid_q),
    .s_axil_wready_o, .s_axil_bresp_o, .s_axil_bvalid_o, .s_axil_bready_i(bready_q),
    .s_axil_araddr_i(araddr_q), .s_axil_arvalid_i(arvalid_q), .s_axil_arready_o,
    .s_axil_rdata_o, .s_axil_rresp_o, .s_axil_rvalid_o, .s_axil_rready_i(rready_q),
    .m_axi_arid_o, .m_axi_araddr_o, .m_axi_arlen_o, .m_axi_arsize_o, .m_axi_arburst_o,
    .m_axi_arvalid_o, .m_axi_arready_i(arready_q), .m_axi_rid_i(rid_q), .m_axi_rdata_i(rdata_q),
    .m_axi_rresp_i(rresp_q), .m_axi_rlast_i(rlast_q), .m_axi_rvalid_i(rvalid_q), .m_axi_rready_o,
    .m_axi_awid_o, .m_axi_awaddr_o, .m_axi_awlen_o, .m_axi_awsize_o, .m_axi_awburst_o,
    .m_axi_awvalid_o, .m_axi_awready_i(awready_q), .m_axi_wdata_o, .m_axi_wstrb_o, .m_axi_wlast_o,
    .m_axi_wvalid_o, .m_axi_wready_i(wready_q), .m_axi_bid_i(bid_q), .m_axi_bresp_i(bresp_q),
    .m_axi_bvalid_i(bvalid_q), .m_axi_bready_o,
    .event_start_o, .event_start_index_o, .event_done_o, .event_done_index_o
  );
endmodule

`default_nettype wire
