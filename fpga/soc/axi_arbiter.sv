// SPDX-License-Identifier: Apache-2.0
// Joins two AXI4 masters, the device and the link, to one slave that answers in order.
//
// Contract: reads and writes are apart. Where both ask, the one that was not taken last goes first.
//   Outstanding bursts of both together may be unanswered in each direction; answers go to who
//   asked, in the order of the requests, and a read's with its ID. Write data of a burst pass when
//   all before it have passed. A master takes its answers without waiting for the other: nothing
//   passes it.
// Timing: addresses pass a buffer of two, so that they come from a register file, one per cycle.
//   Data and answers pass straight through, without a gap between bursts. From input to output
//   there is, beside these, a way from valid of one master's address to ready of the other's, and
//   from ready of data and answers to ready on the other side.
`default_nettype none

module axi_arbiter #(
  parameter int unsigned DataBits    = 64,
  parameter int unsigned AddressBits = 32,
  parameter int unsigned Outstanding = 16
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,

  input  logic                         device_arid_i,
  input  logic [AddressBits-1:0]       device_araddr_i,
  input  logic [7:0]                   device_arlen_i,
  input  logic                         device_arvalid_i,
  output logic                         device_arready_o,
  output logic                         device_rid_o,
  output logic [DataBits-1:0]          device_rdata_o,
  output logic [1:0]                   device_rresp_o,
  output logic                         device_rlast_o,
  output logic                         device_rvalid_o,
  input  logic                         device_rready_i,
  input  logic                         device_awid_i,
  input  logic [AddressBits-1:0]       device_awaddr_i,
  input  logic [7:0]                   device_awlen_i,
  input  logic                         device_awvalid_i,
  output logic                         device_awready_o,
  input  logic [DataBits-1:0]          device_wdata_i,
  input  logic [DataBits/8-1:0]        device_wstrb_i,
  input  logic                         device_wlast_i,
  input  logic                         device_wvalid_i,
  output logic                         device_wready_o,
  output logic                         device_bid_o,
  output logic [1:0]                   device_bresp_o,
  output logic                         device_bvalid_o,
  input  logic                         device_bready_i,

  input  logic [AddressBits-1:0]       link_araddr_i,
  input  logic [7:0]                   link_arlen_i,
  input  logic                         link_arvalid_i,
  output logic                         link_arready_o,
  output logic [DataBits-1:0]          link_rdata_o,
  output logic [1:0]                   link_rresp_o,
  output logic                         link_rlast_o,
  output logic                         link_rvalid_o,
  input  logic                         link_rready_i,
  input  logic [AddressBits-1:0]       link_awaddr_i,
  input  logic [7:0]                   link_awlen_i,
  input  logic                         link_awvalid_i,
  output logic                         link_awready_o,
  input  logic [DataBits-1:0]          link_wdata_i,
  input  logic [DataBits/8-1:0]        link_wstrb_i,
  input  logic                         link_wlast_i,
  input  logic                         link_wvalid_i,
  output logic                         link_wready_o,
  output logic [1:0]                   link_bresp_o,
  output logic                         link_bvalid_o,
  input  logic                         link_bready_i,

  output logic [AddressBits-1:0] m_axi_araddr_o,
  output logic [7:0]             m_axi_arlen_o,
  output logic [2:0]             m_axi_arsize_o,
  output logic [1:0]             m_axi_arburst_o,
  output logic                   m_axi_arvalid_o,
  input  logic                   m_axi_arready_i,
  input  logic [DataBits-1:0]    m_axi_rdata_i,
  input  logic [1:0]             m_axi_rresp_i,
  input  logic                   m_axi_rlast_i,
  input  logic                   m_axi_rvalid_i,
  output logic                   m_axi_rready_o,
  output logic [AddressBits-1:0] m_axi_awaddr_o,
  output logic [7:0]             m_axi_awlen_o,
  output logic [2:0]             m_axi_awsize_o,
  output logic [1:0]             m_axi_awburst_o,
  output logic                   m_axi_awvalid_o,
  input  logic                   m_axi_awready_i,
  output logic [DataBits-1:0]    m_axi_wdata_o,
  output logic [DataBits/8-1:0]  m_axi_wstrb_o,
  output logic                   m_axi_wlast_o,
  output logic                   m_axi_wvalid_o,
  input  logic                   m_axi_wready_i,
  input  logic [1:0]             m_axi_bresp_i,
  input  logic                   m_axi_bvalid_i,
  output logic                   m_axi_bready_o
);
  localparam logic [1:0] BurstIncrement = 2'b01;
  localparam logic [2:0] BeatSize = 3'($clog2(DataBits / 8));

  // Reads.
  logic read_valid, read_link, read_id, read_ready;

  axi_arbiter_requests #(
    .AddressBits(AddressBits),
    .Outstanding(Outstanding)
  ) u_reads (
    .clk_i,
    .rst_ni,
    .device_id_i(device_arid_i),
    .device_addr_i(device_araddr_i),
    .device_length_i(device_arlen_i),
    .device_valid_i(device_arvalid_i),
    .device_ready_o(device_arready_o),
    .link_addr_i(link_araddr_i),
    .link_length_i(link_arlen_i),
    .link_valid_i(link_arvalid_i),
    .link_ready_o(link_arready_o),
    .addr_o(m_axi_araddr_o),
    .length_o(m_axi_arlen_o),
    .valid_o(m_axi_arvalid_o),
    .ready_i(m_axi_arready_i),
    .owner_valid_o(read_valid),
    .owner_link_o(read_link),
    .owner_id_o(read_id),
    .owner_done_i(m_axi_rvalid_i && m_axi_rready_o && m_axi_rlast_i)
  );
  assign m_axi_arsize_o  = BeatSize;
  assign m_axi_arburst_o = BurstIncrement;

  assign read_ready      = read_link ? link_rready_i : device_rready_i;
  assign m_axi_rready_o  = read_valid && read_ready;
  assign device_rvalid_o = m_axi_rvalid_i && read_valid && !read_link;
  assign device_rid_o    = read_id;
  assign device_rdata_o  = m_axi_rdata_i;
  assign device_rresp_o  = m_axi_rresp_i;
  assign device_rlast_o  = m_axi_rlast_i;
  assign link_rvalid_o   = m_axi_rvalid_i && read_valid && read_link;
  assign link_rdata_o    = m_axi_rdata_i;
  assign link_rresp_o    = m_axi_rresp_i;
  assign link_rlast_o    = m_axi_rlast_i;

  // Writes: their data have a queue of owners of their own.
  logic write_valid, write_link, write_id, data_valid, data_link, data_space, data_push;
  logic device_write, link_write;
  logic [$clog2(Outstanding + 1)-1:0] data_owners;

  axi_arbiter_requests #(
    .AddressBits(AddressBits),
    .Outstanding(Outstanding)
  ) u_writes (
    .clk_i,
    .rst_ni,
    .device_id_i(device_awid_i),
    .device_addr_i(device_awaddr_i),
    .device_length_i(device_awlen_i),
    .device_valid_i(device_awvalid_i),
    .device_ready_o(device_awready_o),
    .link_addr_i(link_awaddr_i),
    .link_length_i(link_awlen_i),
    .link_valid_i(link_awvalid_i),
    .link_ready_o(link_awready_o),
    .addr_o(m_axi_awaddr_o),
    .length_o(m_axi_awlen_o),
    .valid_o(m_axi_awvalid_o),
    .ready_i(m_axi_awready_i),
    .owner_valid_o(write_valid),
    .owner_link_o(write_link),
    .owner_id_o(write_id),
    .owner_done_i(m_axi_bvalid_i && m_axi_bready_o)
  );
  assign m_axi_awsize_o  = BeatSize;
  assign m_axi_awburst_o = BurstIncrement;

  assign device_write = device_awvalid_i && device_awready_o;
  assign link_write   = link_awvalid_i && link_awready_o;
  assign data_push    = device_write || link_write;

  fifo #(
    .Width(1),
    .Depth(Outstanding)
  ) u_data_owners (
    .clk_i,
    .rst_ni,
    .push_valid_i(data_push),
    .push_ready_o(data_space),
    .push_data_i(link_write),
    .pop_valid_o(data_valid),
    .pop_ready_i(m_axi_wvalid_o && m_axi_wready_i && m_axi_wlast_o),
    .pop_data_o(data_link),
    .count_o(data_owners)
  );

  logic unused;
  assign unused = ^data_owners;

  assign m_axi_wvalid_o  = data_valid && (data_link ? link_wvalid_i : device_wvalid_i);
  assign m_axi_wdata_o   = data_link ? link_wdata_i : device_wdata_i;
  assign m_axi_wstrb_o   = data_link ? link_wstrb_i : device_wstrb_i;
  assign m_axi_wlast_o   = data_link ? link_wlast_i : device_wlast_i;
  assign device_wready_o = m_axi_wready_i && data_valid && !data_link;
  assign link_wready_o   = m_axi_wready_i && data_valid && data_link;

  assign m_axi_bready_o  = write_valid && (write_link ? link_bready_i : device_bready_i);
  assign device_bvalid_o = m_axi_bvalid_i && write_valid && !write_link;
  assign device_bid_o    = write_id;
  assign device_bresp_o  = m_axi_bresp_i;
  assign link_bvalid_o   = m_axi_bvalid_i && write_valid && write_link;
  assign link_bresp_o    = m_axi_bresp_i;

  // What the contract demands; of a write's owners those of its data leave first.
  assert_always a_data_owner (
    .clk_i,
    .rst_ni,
    .holds_i(!data_push || data_space)
  );
  assert_always a_read_asked (
    .clk_i,
    .rst_ni,
    .holds_i(!m_axi_rvalid_i || read_valid)
  );
  assert_always a_write_asked (
    .clk_i,
    .rst_ni,
    .holds_i(!m_axi_bvalid_i || write_valid)
  );
endmodule

`default_nettype wire
