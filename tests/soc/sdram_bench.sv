// SPDX-License-Identifier: Apache-2.0
// Controller, PHY and chip, wired as on a board. Times of the controller are in system clocks,
// those that the chip demands come from the test, in chip clocks.
`default_nettype none

module sdram_bench #(
  parameter  int unsigned DataBits      = 64,
  parameter  int unsigned Gear          = 2,
  parameter  int unsigned DqBits        = 16,
  parameter  int unsigned RowBits       = 13,
  parameter  int unsigned ColumnBits    = 9,
  parameter  int unsigned BankBits      = 2,
  parameter  int unsigned CasLatency    = 2,
  parameter  int unsigned CaptureClocks = 0,
  parameter  int unsigned TRcd          = 1,
  parameter  int unsigned TRp           = 1,
  parameter  int unsigned TRas          = 3,
  parameter  int unsigned TRc           = 3,
  parameter  int unsigned TRfc          = 4,
  parameter  int unsigned TWr           = 1,
  parameter  int unsigned TMrd          = 1,
  parameter  int unsigned TRefi         = 390,
  parameter  int unsigned InitClocks    = 1000,
  parameter  int unsigned ReadBeats     = 32,
  parameter  int unsigned WriteBeats    = 32,
  parameter  int unsigned RefreshRows   = 64,
  localparam int unsigned WordBits      = Gear * DqBits,
  localparam int unsigned PinBits       = 13
) (
  input  logic                  clk_i,
  input  logic                  clk2x_i,
  input  logic                  rst_ni,

  input  logic [31:0]           araddr_i,
  input  logic [7:0]            arlen_i,
  input  logic                  arvalid_i,
  output logic                  arready_o,
  output logic [DataBits-1:0]   rdata_o,
  output logic [1:0]            rresp_o,
  output logic                  rlast_o,
  output logic                  rvalid_o,
  input  logic                  rready_i,
  input  logic [31:0]           awaddr_i,
  input  logic [7:0]            awlen_i,
  input  logic                  awvalid_i,
  output logic                  awready_o,
  input  logic [DataBits-1:0]   wdata_i,
  input  logic [DataBits/8-1:0] wstrb_i,
  input  logic                  wlast_i,
  input  logic                  wvalid_i,
  output logic                  wready_o,
  output logic [1:0]            bresp_o,
  output logic                  bvalid_o,
  input  logic                  bready_i,

  input  logic [31:0]           t_init_i,
  input  logic [31:0]           t_rcd_i,
  input  logic [31:0]           t_rp_i,
  input  logic [31:0]           t_ras_i,
  input  logic [31:0]           t_ras_max_i,
  input  logic [31:0]           t_rc_i,
  input  logic [31:0]           t_rrd_i,
  input  logic [31:0]           t_rfc_i,
  input  logic [31:0]           t_wr_i,
  input  logic [31:0]           t_mrd_i,
  input  logic [31:0]           t_refi_i,
  input  logic [31:0]           t_ref_i,
  input  logic [2:0]            cas_latency_min_i,
  input  logic                  echo_i,  // the board drives dq in every clock
  output logic [31:0]           violations_o,
  output logic [16*8-1:0]       first_name_o,
  output logic [63:0]           first_clock_o,
  output logic [31:0]           refreshes_o,
  output logic [31:0]           activations_o,
  output logic [31:0]           words_o
);
  localparam int unsigned ControllerPins = RowBits > 11 ? RowBits : ColumnBits > 10 ? 12 : 11;

  logic [2:0] command;
  logic [BankBits-1:0] bank, ba;
  logic [ControllerPins-1:0] address, a;
  logic [WordBits-1:0] write, read;
  logic [WordBits/8-1:0] mask;
  logic drive, cke, cs_n, ras_n, cas_n, we_n, phy_oe, chip_oe;
  logic [DqBits/8-1:0] dqm;
  logic [DqBits-1:0] phy_dq, chip_dq, seen_dq;

  sdram_controller #(
    .DataBits(DataBits),
    .AddrBits(32),
    .Gear(Gear),
    .DqBits(DqBits),
    .RowBits(RowBits),
    .ColumnBits(ColumnBits),
    .BankBits(BankBits),
    .CasLatency(CasLatency),
    .CaptureClocks(CaptureClocks),
    .TRcd(TRcd),
    .TRp(TRp),
    .TRas(TRas),
    .TRc(TRc),
    .TRfc(TRfc),
    .TWr(TWr),
    .TMrd(TMrd),
    .TRefi(TRefi),
    .InitClocks(InitClocks),
    .ReadBeats(ReadBeats),
    .WriteBeats(WriteBeats)
  ) u_controller (
    .clk_i,
    .rst_ni,
    .s_axi_araddr_i(araddr_i),
    .s_axi_arlen_i(arlen_i),
    .s_axi_arvalid_i(arvalid_i),
    .s_axi_arready_o(arready_o),
    .s_axi_rdata_o(rdata_o),
    .s_axi_rresp_o(rresp_o),
    .s_axi_rlast_o(rlast_o),
    .s_axi_rvalid_o(rvalid_o),
    .s_axi_rready_i(rready_i),
    .s_axi_awaddr_i(awaddr_i),
    .s_axi_awlen_i(awlen_i),
    .s_axi_awvalid_i(awvalid_i),
    .s_axi_awready_o(awready_o),
    .s_axi_wdata_i(wdata_i),
    .s_axi_wstrb_i(wstrb_i),
    .s_axi_wlast_i(wlast_i),
    .s_axi_wvalid_i(wvalid_i),
    .s_axi_wready_o(wready_o),
    .s_axi_bresp_o(bresp_o),
    .s_axi_bvalid_o(bvalid_o),
    .s_axi_bready_i(bready_i),
    .phy_command_o(command),
    .phy_bank_o(bank),
    .phy_address_o(address),
    .phy_drive_o(drive),
    .phy_write_o(write),
    .phy_mask_o(mask),
    .phy_read_i(read)
  );
  sdram_phy #(
    .Gear(Gear),
    .DqBits(DqBits),
    .PinBits(ControllerPins),
    .BankBits(BankBits),
    .CasLatency(CasLatency),
    .CaptureClocks(CaptureClocks)
  ) u_phy (
    .clk_i,
    .clk2x_i,
    .rst_ni,
    .command_i(command),
    .bank_i(bank),
    .address_i(address),
    .drive_i(drive),
    .write_i(write),
    .mask_i(mask),
    .read_o(read),
    .cke_o(cke),
    .cs_no(cs_n),
    .ras_no(ras_n),
    .cas_no(cas_n),
    .we_no(we_n),
    .ba_o(ba),
    .a_o(a),
    .dqm_o(dqm),
    .dq_o(phy_dq),
    .dq_oe_o(phy_oe),
    .dq_i(seen_dq)
  );

  // The round trip of a board that takes CaptureClocks longer than the next edge.
  logic chip_clk;
  assign chip_clk = Gear == 2 ? clk2x_i : clk_i;
  if (CaptureClocks == 0) begin : g_near
    assign seen_dq = chip_dq;
  end else begin : g_far
    logic [DqBits-1:0] trip_q[CaptureClocks];
    always_ff @(posedge chip_clk) begin
      trip_q[0] <= chip_dq;
      for (int unsigned i = 1; i < CaptureClocks; i++) trip_q[i] <= trip_q[i-1];
    end
    assign seen_dq = trip_q[CaptureClocks-1];
  end

  sdram_chip #(
    .DqBits(DqBits),
    .RowBits(RowBits),
    .ColumnBits(ColumnBits),
    .BankBits(BankBits),
    .PinBits(PinBits),
    .RefreshRows(RefreshRows)
  ) u_chip (
    .clk_i(chip_clk),
    .cke_i(cke),
    .cs_ni(cs_n),
    .ras_ni(ras_n),
    .cas_ni(cas_n),
    .we_ni(we_n),
    .ba_i(ba),
    .a_i(PinBits'(a)),
    .dqm_i(dqm),
    .dq_i(phy_dq),
    .dq_oe_i(phy_oe || echo_i),
    .dq_o(chip_dq),
    .dq_oe_o(chip_oe),
    .t_init_i,
    .t_rcd_i,
    .t_rp_i,
    .t_ras_i,
    .t_ras_max_i,
    .t_rc_i,
    .t_rrd_i,
    .t_rfc_i,
    .t_wr_i,
    .t_mrd_i,
    .t_refi_i,
    .t_ref_i,
    .cas_latency_min_i,
    .violations_o,
    .first_name_o,
    .first_clock_o,
    .refreshes_o,
    .activations_o,
    .words_o
  );
  logic unused_oe;
  assign unused_oe = chip_oe;
endmodule

`default_nettype wire
