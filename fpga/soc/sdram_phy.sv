// SPDX-License-Identifier: Apache-2.0
// Pins of an SDR SDRAM chip: a command and a word of Gear * DqBits bits per system clock.
//
// Contract: Gear 1: the chip runs at clk_i. Gear 2: it runs at clk2x_i, of twice the frequency,
//   whose every second rising edge is one of clk_i; the command lies in the first chip clock of a
//   system clock, the word's lower half goes with it and the upper half with the next. The board
//   forwards the chip's clock and makes the tri-state of dq from dq_oe_o; the chip samples a pin
//   before the next edge of what launched it, and CaptureClocks says how many chip clocks later
//   than that its answer is sampled here, for a board whose round trip takes long. cke_o rises
//   after reset.
// Timing: pins come from registers, and dq_i goes into one. A read command offered in system clock
//   t has its word at read_o in clock t + CasLatency + CaptureClocks + 2 (Gear 1), or in clock t +
//   floor((CasLatency + CaptureClocks + 2) / 2) + 2 (Gear 2).
`default_nettype none

module sdram_phy #(
  parameter  int unsigned Gear          = 2,
  parameter  int unsigned DqBits        = 16,
  parameter  int unsigned PinBits       = 13,  // of the address
  parameter  int unsigned BankBits      = 2,
  parameter  int unsigned CasLatency    = 2,
  parameter  int unsigned CaptureClocks = 0,
  localparam int unsigned WordBits      = Gear * DqBits
) (
  input  logic                  clk_i,
  input  logic                  clk2x_i,  // Gear 2 only
  input  logic                  rst_ni,

  input  logic [2:0]            command_i,  // ras_n, cas_n, we_n
  input  logic [BankBits-1:0]   bank_i,
  input  logic [PinBits-1:0]    address_i,
  input  logic                  drive_i,
  input  logic [WordBits-1:0]   write_i,
  input  logic [WordBits/8-1:0] mask_i,  // bytes that are not written
  output logic [WordBits-1:0]   read_o,

  output logic                  cke_o,
  output logic                  cs_no,
  output logic                  ras_no,
  output logic                  cas_no,
  output logic                  we_no,
  output logic [BankBits-1:0]   ba_o,
  output logic [PinBits-1:0]    a_o,
  output logic [DqBits/8-1:0]   dqm_o,
  output logic [DqBits-1:0]     dq_o,
  output logic                  dq_oe_o,
  input  logic [DqBits-1:0]     dq_i
);
  localparam logic [2:0] Nop = 3'b111;

  logic pin_clk, first;  // first: what the next edge launches is a system clock's first chip clock
  logic [DqBits-1:0] dq_q;

  always_ff @(posedge pin_clk) begin
    if (!rst_ni) cke_o <= 1'b0;
    else cke_o <= 1'b1;
  end
  assign cs_no = 1'b0;

  always_ff @(posedge pin_clk) begin
    {ras_no, cas_no, we_no} <= first ? command_i : Nop;
    if (first) begin
      ba_o    <= bank_i;
      a_o     <= address_i;
      dq_oe_o <= drive_i;
    end
    dq_q <= dq_i;
  end

  if (Gear == 1) begin : g_single
    assign pin_clk = clk_i;
    assign first   = 1'b1;
    always_ff @(posedge clk_i) begin
      dq_o  <= write_i;
      dqm_o <= mask_i;
    end
    assign read_o = dq_q;
    logic unused;
    assign unused = clk2x_i;
  end else begin : g_double
    localparam int unsigned Bytes = DqBits / 8;

    // Only between an edge of clk_i and the edge of clk2x_i in its midst do the two differ.
    logic turn_q, seen_q;
    always_ff @(posedge clk_i) begin
      if (!rst_ni) turn_q <= 1'b0;
      else turn_q <= !turn_q;
    end
    always_ff @(posedge clk2x_i) seen_q <= turn_q;
    assign pin_clk = clk2x_i;
    assign first   = turn_q == seen_q;

    logic [DqBits-1:0] upper_q;
    logic [Bytes-1:0]  upper_mask_q;
    always_ff @(posedge clk2x_i) begin
      dq_o         <= first ? write_i[DqBits-1:0] : upper_q;
      dqm_o        <= first ? mask_i[Bytes-1:0] : upper_mask_q;
      upper_q      <= write_i[WordBits-1:DqBits];
      upper_mask_q <= mask_i[2*Bytes-1:Bytes];
    end

    // Where the upper half is sampled at an edge of clk_i, it is taken a system clock later.
    logic [DqBits-1:0] before_q;
    always_ff @(posedge clk2x_i) before_q <= dq_q;
    if ((CasLatency + CaptureClocks) % 2 == 0) begin : g_even
      logic [DqBits-1:0] earlier_q;
      always_ff @(posedge clk2x_i) earlier_q <= before_q;
      always_ff @(posedge clk_i) read_o <= {before_q, earlier_q};
    end else begin : g_odd
      always_ff @(posedge clk_i) read_o <= {dq_q, before_q};
    end
  end

  // What the contract demands.
  if (Gear < 1 || Gear > 2) $error("sdram_phy: Gear must be 1 or 2");
  if (DqBits % 8 != 0) $error("sdram_phy: DqBits must be whole bytes");
endmodule

`default_nettype wire
