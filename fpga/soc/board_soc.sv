// SPDX-License-Identifier: Apache-2.0
// A device with all that a board needs around it: memory in an SDRAM chip, and a host at a serial
// line, which reaches registers and memory.
//
//   host - link_bridge --AXI4-Lite--> device
//               |                       |
//               +--AXI4-- axi_arbiter --+
//                              |
//                       sdram_controller - sdram_phy - chip
//
// Contract: board_pkg says what board and device decide; BOARD_DEVICE is the device's top module.
//   Memory begins at address 0. Lights: the device works; its last run ended well; it stopped with an
//   error. `alive_o` changes while the clock runs.
// Timing: clk2x_i has twice the frequency of clk_i, where board_pkg::Gear is 2; see sdram_phy.
`default_nettype none

module board_soc (
  input  logic                            clk_i,
  input  logic                            clk2x_i,
  input  logic                            rst_ni,

  input  logic                            uart_rx_i,
  output logic                            uart_tx_o,

  output logic                            running_o,
  output logic                            done_o,
  output logic                            error_o,
  output logic                            alive_o,

  output logic                            sdram_cke_o,
  output logic                            sdram_cs_no,
  output logic                            sdram_ras_no,
  output logic                            sdram_cas_no,
  output logic                            sdram_we_no,
  output logic [board_pkg::BankBits-1:0]  sdram_ba_o,
  output logic [board_pkg::PinBits-1:0]   sdram_a_o,
  output logic [board_pkg::DqBits/8-1:0]  sdram_dqm_o,
  output logic [board_pkg::DqBits-1:0]    sdram_dq_o,
  output logic                            sdram_dq_oe_o,
  input  logic [board_pkg::DqBits-1:0]    sdram_dq_i
);
  localparam int unsigned DataBits = board_pkg::DataBits;
  localparam int unsigned AddressBits = board_pkg::AddressBits;
  localparam int unsigned WordBits = board_pkg::Gear * board_pkg::DqBits;

  // Registers, as the host reaches them.
  logic [11:0] reg_awaddr, reg_araddr;
  logic reg_awvalid, reg_awready, reg_wvalid, reg_wready, reg_bvalid, reg_bready;
  logic reg_arvalid, reg_arready, reg_rvalid, reg_rready;
  logic [31:0] reg_wdata, reg_rdata;
  logic [3:0] reg_wstrb;
  logic [1:0] reg_bresp, reg_rresp;

  // Memory, as the device, the link and both together reach it.
  logic [AddressBits-1:0] device_araddr, device_awaddr;
  logic [7:0] device_arlen, device_awlen;
  logic device_arvalid, device_arready, device_rvalid, device_rready, device_rlast;
  logic device_awvalid, device_awready, device_wvalid, device_wready, device_wlast;
  logic device_bvalid, device_bready;
  logic [DataBits-1:0] device_rdata, device_wdata;
  logic [DataBits/8-1:0] device_wstrb;
  logic [1:0] device_rresp, device_bresp;
  logic [AddressBits-1:0] link_araddr, link_awaddr;
  logic [7:0] link_arlen, link_awlen;
  logic link_arvalid, link_arready, link_rvalid, link_rready, link_rlast;
  logic link_awvalid, link_awready, link_wvalid, link_wready, link_wlast;
  logic link_bvalid, link_bready;
  logic [DataBits-1:0] link_rdata, link_wdata;
  logic [DataBits/8-1:0] link_wstrb;
  logic [1:0] link_rresp, link_bresp;
  logic [AddressBits-1:0] mem_araddr, mem_awaddr;
  logic [7:0] mem_arlen, mem_awlen;
  logic mem_arvalid, mem_arready, mem_rvalid, mem_rready, mem_rlast;
  logic mem_awvalid, mem_awready, mem_wvalid, mem_wready, mem_wlast;
  logic mem_bvalid, mem_bready;
  logic [DataBits-1:0] mem_rdata, mem_wdata;
  logic [DataBits/8-1:0] mem_wstrb;
  logic [1:0] mem_rresp, mem_bresp;
  logic device_arid, device_rid, device_awid, device_bid;

  // The bursts of all three are INCR and of full width.
  logic [2:0] device_arsize, device_awsize, link_arsize, link_awsize, mem_arsize, mem_awsize;
  logic [1:0] device_arburst, device_awburst, link_arburst, link_awburst, mem_arburst, mem_awburst;
  logic unused_kinds;
  assign unused_kinds = ^{
    device_arsize, device_awsize, link_arsize, link_awsize, mem_arsize, mem_awsize,
    device_arburst, device_awburst, link_arburst, link_awburst, mem_arburst, mem_awburst
  };

  logic interrupt;
  logic [3:0] event_start, event_done;
  logic [4*32-1:0] event_start_index, event_done_index;
  `BOARD_DEVICE u_device (
    .clk_i,
    .rst_ni,
    .interrupt_o(interrupt),
    .s_axil_awaddr_i(reg_awaddr),
    .s_axil_awvalid_i(reg_awvalid),
    .s_axil_awready_o(reg_awready),
    .s_axil_wdata_i(reg_wdata),
    .s_axil_wstrb_i(reg_wstrb),
    .s_axil_wvalid_i(reg_wvalid),
    .s_axil_wready_o(reg_wready),
    .s_axil_bresp_o(reg_bresp),
    .s_axil_bvalid_o(reg_bvalid),
    .s_axil_bready_i(reg_bready),
    .s_axil_araddr_i(reg_araddr),
    .s_axil_arvalid_i(reg_arvalid),
    .s_axil_arready_o(reg_arready),
    .s_axil_rdata_o(reg_rdata),
    .s_axil_rresp_o(reg_rresp),
    .s_axil_rvalid_o(reg_rvalid),
    .s_axil_rready_i(reg_rready),
    .m_axi_arid_o(device_arid),
    .m_axi_araddr_o(device_araddr),
    .m_axi_arlen_o(device_arlen),
    .m_axi_arsize_o(device_arsize),
    .m_axi_arburst_o(device_arburst),
    .m_axi_arvalid_o(device_arvalid),
    .m_axi_arready_i(device_arready),
    .m_axi_rid_i(device_rid),
    .m_axi_rdata_i(device_rdata),
    .m_axi_rresp_i(device_rresp),
    .m_axi_rlast_i(device_rlast),
    .m_axi_rvalid_i(device_rvalid),
    .m_axi_rready_o(device_rready),
    .m_axi_awid_o(device_awid),
    .m_axi_awaddr_o(device_awaddr),
    .m_axi_awlen_o(device_awlen),
    .m_axi_awsize_o(device_awsize),
    .m_axi_awburst_o(device_awburst),
    .m_axi_awvalid_o(device_awvalid),
    .m_axi_awready_i(device_awready),
    .m_axi_wdata_o(device_wdata),
    .m_axi_wstrb_o(device_wstrb),
    .m_axi_wlast_o(device_wlast),
    .m_axi_wvalid_o(device_wvalid),
    .m_axi_wready_i(device_wready),
    .m_axi_bid_i(device_bid),
    .m_axi_bresp_i(device_bresp),
    .m_axi_bvalid_i(device_bvalid),
    .m_axi_bready_o(device_bready),
    .event_start_o(event_start),
    .event_start_index_o(event_start_index),
    .event_done_o(event_done),
    .event_done_index_o(event_done_index)
  );

  link_bridge #(
    .ClockHz(board_pkg::ClockHz),
    .Baud(board_pkg::Baud),
    .MemoryBytes(board_pkg::MemoryBytes),
    .DataBits(DataBits),
    .AddressBits(AddressBits)
  ) u_link (
    .clk_i,
    .rst_ni,
    .uart_rx_i,
    .uart_tx_o,
    .m_axil_awaddr_o(reg_awaddr),
    .m_axil_awvalid_o(reg_awvalid),
    .m_axil_awready_i(reg_awready),
    .m_axil_wdata_o(reg_wdata),
    .m_axil_wstrb_o(reg_wstrb),
    .m_axil_wvalid_o(reg_wvalid),
    .m_axil_wready_i(reg_wready),
    .m_axil_bresp_i(reg_bresp),
    .m_axil_bvalid_i(reg_bvalid),
    .m_axil_bready_o(reg_bready),
    .m_axil_araddr_o(reg_araddr),
    .m_axil_arvalid_o(reg_arvalid),
    .m_axil_arready_i(reg_arready),
    .m_axil_rdata_i(reg_rdata),
    .m_axil_rresp_i(reg_rresp),
    .m_axil_rvalid_i(reg_rvalid),
    .m_axil_rready_o(reg_rready),
    .m_axi_araddr_o(link_araddr),
    .m_axi_arlen_o(link_arlen),
    .m_axi_arsize_o(link_arsize),
    .m_axi_arburst_o(link_arburst),
    .m_axi_arvalid_o(link_arvalid),
    .m_axi_arready_i(link_arready),
    .m_axi_rdata_i(link_rdata),
    .m_axi_rresp_i(link_rresp),
    .m_axi_rlast_i(link_rlast),
    .m_axi_rvalid_i(link_rvalid),
    .m_axi_rready_o(link_rready),
    .m_axi_awaddr_o(link_awaddr),
    .m_axi_awlen_o(link_awlen),
    .m_axi_awsize_o(link_awsize),
    .m_axi_awburst_o(link_awburst),
    .m_axi_awvalid_o(link_awvalid),
    .m_axi_awready_i(link_awready),
    .m_axi_wdata_o(link_wdata),
    .m_axi_wstrb_o(link_wstrb),
    .m_axi_wlast_o(link_wlast),
    .m_axi_wvalid_o(link_wvalid),
    .m_axi_wready_i(link_wready),
    .m_axi_bresp_i(link_bresp),
    .m_axi_bvalid_i(link_bvalid),
    .m_axi_bready_o(link_bready)
  );

  axi_arbiter #(
    .DataBits(DataBits),
    .AddressBits(AddressBits),
    .Outstanding(board_pkg::Outstanding)
  ) u_arbiter (
    .clk_i,
    .rst_ni,
    .device_arid_i(device_arid),
    .device_araddr_i(device_araddr),
    .device_arlen_i(device_arlen),
    .device_arvalid_i(device_arvalid),
    .device_arready_o(device_arready),
    .device_rid_o(device_rid),
    .device_rdata_o(device_rdata),
    .device_rresp_o(device_rresp),
    .device_rlast_o(device_rlast),
    .device_rvalid_o(device_rvalid),
    .device_rready_i(device_rready),
    .device_awid_i(device_awid),
    .device_awaddr_i(device_awaddr),
    .device_awlen_i(device_awlen),
    .device_awvalid_i(device_awvalid),
    .device_awready_o(device_awready),
    .device_wdata_i(device_wdata),
    .device_wstrb_i(device_wstrb),
    .device_wlast_i(device_wlast),
    .device_wvalid_i(device_wvalid),
    .device_wready_o(device_wready),
    .device_bid_o(device_bid),
    .device_bresp_o(device_bresp),
    .device_bvalid_o(device_bvalid),
    .device_bready_i(device_bready),
    .link_araddr_i(link_araddr),
    .link_arlen_i(link_arlen),
    .link_arvalid_i(link_arvalid),
    .link_arready_o(link_arready),
    .link_rdata_o(link_rdata),
    .link_rresp_o(link_rresp),
    .link_rlast_o(link_rlast),
    .link_rvalid_o(link_rvalid),
    .link_rready_i(link_rready),
    .link_awaddr_i(link_awaddr),
    .link_awlen_i(link_awlen),
    .link_awvalid_i(link_awvalid),
    .link_awready_o(link_awready),
    .link_wdata_i(link_wdata),
    .link_wstrb_i(link_wstrb),
    .link_wlast_i(link_wlast),
    .link_wvalid_i(link_wvalid),
    .link_wready_o(link_wready),
    .link_bresp_o(link_bresp),
    .link_bvalid_o(link_bvalid),
    .link_bready_i(link_bready),
    .m_axi_araddr_o(mem_araddr),
    .m_axi_arlen_o(mem_arlen),
    .m_axi_arsize_o(mem_arsize),
    .m_axi_arburst_o(mem_arburst),
    .m_axi_arvalid_o(mem_arvalid),
    .m_axi_arready_i(mem_arready),
    .m_axi_rdata_i(mem_rdata),
    .m_axi_rresp_i(mem_rresp),
    .m_axi_rlast_i(mem_rlast),
    .m_axi_rvalid_i(mem_rvalid),
    .m_axi_rready_o(mem_rready),
    .m_axi_awaddr_o(mem_awaddr),
    .m_axi_awlen_o(mem_awlen),
    .m_axi_awsize_o(mem_awsize),
    .m_axi_awburst_o(mem_awburst),
    .m_axi_awvalid_o(mem_awvalid),
    .m_axi_awready_i(mem_awready),
    .m_axi_wdata_o(mem_wdata),
    .m_axi_wstrb_o(mem_wstrb),
    .m_axi_wlast_o(mem_wlast),
    .m_axi_wvalid_o(mem_wvalid),
    .m_axi_wready_i(mem_wready),
    .m_axi_bresp_i(mem_bresp),
    .m_axi_bvalid_i(mem_bvalid),
    .m_axi_bready_o(mem_bready)
  );

  logic [2:0] phy_command;
  logic [board_pkg::BankBits-1:0] phy_bank;
  logic [board_pkg::PinBits-1:0] phy_address;
  logic phy_drive;
  logic [WordBits-1:0] phy_write, phy_read;
  logic [WordBits/8-1:0] phy_mask;

  sdram_controller #(
    .DataBits(DataBits),
    .AddrBits(AddressBits),
    .Gear(board_pkg::Gear),
    .DqBits(board_pkg::DqBits),
    .RowBits(board_pkg::RowBits),
    .ColumnBits(board_pkg::ColumnBits),
    .BankBits(board_pkg::BankBits),
    .CasLatency(board_pkg::CasLatency),
    .TRcd(board_pkg::TRcd),
    .TRp(board_pkg::TRp),
    .TRas(board_pkg::TRas),
    .TRc(board_pkg::TRc),
    .TRfc(board_pkg::TRfc),
    .TWr(board_pkg::TWr),
    .TMrd(board_pkg::TMrd),
    .TRefi(board_pkg::TRefi),
    .InitClocks(board_pkg::InitClocks)
  ) u_controller (
    .clk_i,
    .rst_ni,
    .s_axi_araddr_i(mem_araddr),
    .s_axi_arlen_i(mem_arlen),
    .s_axi_arvalid_i(mem_arvalid),
    .s_axi_arready_o(mem_arready),
    .s_axi_rdata_o(mem_rdata),
    .s_axi_rresp_o(mem_rresp),
    .s_axi_rlast_o(mem_rlast),
    .s_axi_rvalid_o(mem_rvalid),
    .s_axi_rready_i(mem_rready),
    .s_axi_awaddr_i(mem_awaddr),
    .s_axi_awlen_i(mem_awlen),
    .s_axi_awvalid_i(mem_awvalid),
    .s_axi_awready_o(mem_awready),
    .s_axi_wdata_i(mem_wdata),
    .s_axi_wstrb_i(mem_wstrb),
    .s_axi_wlast_i(mem_wlast),
    .s_axi_wvalid_i(mem_wvalid),
    .s_axi_wready_o(mem_wready),
    .s_axi_bresp_o(mem_bresp),
    .s_axi_bvalid_o(mem_bvalid),
    .s_axi_bready_i(mem_bready),
    .phy_command_o(phy_command),
    .phy_bank_o(phy_bank),
    .phy_address_o(phy_address),
    .phy_drive_o(phy_drive),
    .phy_write_o(phy_write),
    .phy_mask_o(phy_mask),
    .phy_read_i(phy_read)
  );

  sdram_phy #(
    .Gear(board_pkg::Gear),
    .DqBits(board_pkg::DqBits),
    .PinBits(board_pkg::PinBits),
    .BankBits(board_pkg::BankBits),
    .CasLatency(board_pkg::CasLatency)
  ) u_phy (
    .clk_i,
    .clk2x_i,
    .rst_ni,
    .command_i(phy_command),
    .bank_i(phy_bank),
    .address_i(phy_address),
    .drive_i(phy_drive),
    .write_i(phy_write),
    .mask_i(phy_mask),
    .read_o(phy_read),
    .cke_o(sdram_cke_o),
    .cs_no(sdram_cs_no),
    .ras_no(sdram_ras_no),
    .cas_no(sdram_cas_no),
    .we_no(sdram_we_no),
    .ba_o(sdram_ba_o),
    .a_o(sdram_a_o),
    .dqm_o(sdram_dqm_o),
    .dq_o(sdram_dq_o),
    .dq_oe_o(sdram_dq_oe_o),
    .dq_i(sdram_dq_i)
  );

  board_lights u_lights (
    .clk_i,
    .rst_ni,
    .write_i(reg_wvalid && reg_wready),
    .write_address_i(reg_awaddr),
    .write_data_i(reg_wdata),
    .read_i(reg_rvalid && reg_rready),
    .read_address_i(reg_araddr),
    .read_data_i(reg_rdata),
    .interrupt_i(interrupt),
    .running_o,
    .done_o,
    .error_o,
    .alive_o
  );

  logic unused_events;
  assign unused_events = ^{event_start, event_done, event_start_index, event_done_index};

endmodule

`default_nettype wire
