// SPDX-License-Identifier: Apache-2.0
// A device with the pins of a generated top that does one AXI4 burst on demand, well or badly: the
// thing on which the simulation shell is tested. Registers: 0x0 read: bus sum of the last read
// burst; write: bit 0 starts a read burst, bit 1 a write burst of the counter values 0, 1, ...,
// bit 2 clears the interrupt. 0x4 address. 0x8 beats - 1. 0xc fault to commit: bit 0 the address
// changes while it waits, bit 1 wlast comes one beat early, bit 2 data are never taken, bit 3 write
// data wait for their address to be taken. 0x10 read: cycles from address to last beat. 0x14 read:
// worst response seen.
`default_nettype none

module probe_top (
  input  logic         clk_i,
  input  logic         rst_ni,
  output logic         interrupt_o,
  input  logic [11:0]  s_axil_awaddr_i,
  input  logic         s_axil_awvalid_i,
  output logic         s_axil_awready_o,
  input  logic [31:0]  s_axil_wdata_i,
  input  logic [3:0]   s_axil_wstrb_i,
  input  logic         s_axil_wvalid_i,
  output logic         s_axil_wready_o,
  output logic [1:0]   s_axil_bresp_o,
  output logic         s_axil_bvalid_o,
  input  logic         s_axil_bready_i,
  input  logic [11:0]  s_axil_araddr_i,
  input  logic         s_axil_arvalid_i,
  output logic         s_axil_arready_o,
  output logic [31:0]  s_axil_rdata_o,
  output logic [1:0]   s_axil_rresp_o,
  output logic         s_axil_rvalid_o,
  input  logic         s_axil_rready_i,
  output logic [0:0]   m_axi_arid_o,
  output logic [31:0]  m_axi_araddr_o,
  output logic [7:0]   m_axi_arlen_o,
  output logic [2:0]   m_axi_arsize_o,
  output logic [1:0]   m_axi_arburst_o,
  output logic         m_axi_arvalid_o,
  input  logic         m_axi_arready_i,
  input  logic [0:0]   m_axi_rid_i,
  input  logic [63:0]  m_axi_rdata_i,
  input  logic [1:0]   m_axi_rresp_i,
  input  logic         m_axi_rlast_i,
  input  logic         m_axi_rvalid_i,
  output logic         m_axi_rready_o,
  output logic [0:0]   m_axi_awid_o,
  output logic [31:0]  m_axi_awaddr_o,
  output logic [7:0]   m_axi_awlen_o,
  output logic [2:0]   m_axi_awsize_o,
  output logic [1:0]   m_axi_awburst_o,
  output logic         m_axi_awvalid_o,
  input  logic         m_axi_awready_i,
  output logic [63:0]  m_axi_wdata_o,
  output logic [7:0]   m_axi_wstrb_o,
  output logic         m_axi_wlast_o,
  output logic         m_axi_wvalid_o,
  input  logic         m_axi_wready_i,
  input  logic [0:0]   m_axi_bid_i,
  input  logic [1:0]   m_axi_bresp_i,
  input  logic         m_axi_bvalid_i,
  output logic         m_axi_bready_o,
  output logic [3:0]   event_start_o,
  output logic [127:0] event_start_index_o,
  output logic [3:0]   event_done_o,
  output logic [127:0] event_done_index_o
);
  logic [31:0] address_q, sum_q, wait_q;
  logic [7:0]  last_beat_q, beat_q;
  logic [3:0]  fault_q;
  logic [1:0]  worst_q;
  logic        reading_q, writing_q, interrupt_q, flip_q;

  assign interrupt_o = interrupt_q;

  // Register access: one at a time, answered in the next cycle.
  logic write_now;
  assign write_now = s_axil_awvalid_i && s_axil_wvalid_i && !s_axil_bvalid_o;
  assign s_axil_awready_o = write_now;
  assign s_axil_wready_o  = write_now;
  assign s_axil_bresp_o   = 2'b00;
  assign s_axil_arready_o = !s_axil_rvalid_o;
  assign s_axil_rresp_o   = 2'b00;

  assign m_axi_arid_o    = 1'b1;
  assign m_axi_araddr_o  = address_q ^ {26'd0, flip_q && fault_q[0], 5'd0};
  assign m_axi_arlen_o   = last_beat_q;
  assign m_axi_arsize_o  = 3'd3;
  assign m_axi_arburst_o = 2'd1;
  assign m_axi_awid_o    = 1'b1;
  assign m_axi_awaddr_o  = address_q;
  assign m_axi_awlen_o   = last_beat_q;
  assign m_axi_awsize_o  = 3'd3;
  assign m_axi_awburst_o = 2'd1;
  assign m_axi_rready_o  = reading_q && !fault_q[2];
  assign m_axi_wdata_o   = {56'd0, beat_q};
  assign m_axi_wstrb_o   = 8'hff;
  assign m_axi_wlast_o   = beat_q == last_beat_q || (fault_q[1] && beat_q + 8'd1 == last_beat_q);
  assign m_axi_bready_o  = 1'b1;

  assign event_start_o       = {2'b00, s_axil_awaddr_i == 12'd0 && write_now, 1'b0};
  assign event_done_o        = {2'b00, m_axi_bvalid_i, 1'b0};
  assign event_start_index_o = {64'd0, 32'd7, 32'd0};
  assign event_done_index_o  = {64'd0, 32'd7, 32'd0};

  logic unused_inputs;
  assign unused_inputs = &{1'b0, s_axil_wstrb_i, m_axi_rid_i, m_axi_bid_i, m_axi_rdata_i[63:32]};

  always_ff @(posedge clk_i) begin
    flip_q <= !flip_q;
    if (reading_q) wait_q <= wait_q + 1;
    if (m_axi_arvalid_o && m_axi_arready_i) m_axi_arvalid_o <= 1'b0;
    if (m_axi_awvalid_o && m_axi_awready_i) begin
      m_axi_awvalid_o <= 1'b0;
      if (fault_q[3]) m_axi_wvalid_o <= 1'b1;
    end
    if (m_axi_rvalid_i && m_axi_rready_o) begin
      sum_q <= sum_q + m_axi_rdata_i[31:0];
      if (m_axi_rresp_i > worst_q) worst_q <= m_axi_rresp_i;
      if (m_axi_rlast_i) begin
        reading_q   <= 1'b0;
        interrupt_q <= 1'b1;
      end
    end
    if (m_axi_wvalid_o && m_axi_wready_i) begin
      beat_q <= beat_q + 1;
      if (beat_q == last_beat_q) m_axi_wvalid_o <= 1'b0;
    end
    if (writing_q && m_axi_bvalid_i) begin
      writing_q   <= 1'b0;
      interrupt_q <= 1'b1;
      if (m_axi_bresp_i > worst_q) worst_q <= m_axi_bresp_i;
    end

    if (s_axil_bvalid_o && s_axil_bready_i) s_axil_bvalid_o <= 1'b0;
    if (s_axil_rvalid_o && s_axil_rready_i) s_axil_rvalid_o <= 1'b0;
    if (s_axil_arvalid_i && s_axil_arready_o) begin
      s_axil_rvalid_o <= 1'b1;
      unique case (s_axil_araddr_i)
        12'h000: s_axil_rdata_o <= sum_q;
        12'h010: s_axil_rdata_o <= wait_q;
        12'h014: s_axil_rdata_o <= {30'd0, worst_q};
        default: s_axil_rdata_o <= 32'd0;
      endcase
    end
    if (write_now) begin
      s_axil_bvalid_o <= 1'b1;
      unique case (s_axil_awaddr_i)
        12'h000: begin
          if (s_axil_wdata_i[2]) interrupt_q <= 1'b0;
          if (s_axil_wdata_i[0]) begin
            m_axi_arvalid_o <= 1'b1;
            reading_q       <= 1'b1;
            sum_q           <= '0;
            wait_q          <= '0;
            worst_q         <= '0;
          end
          if (s_axil_wdata_i[1]) begin
            m_axi_awvalid_o <= 1'b1;
            m_axi_wvalid_o  <= !fault_q[3];
            writing_q       <= 1'b1;
            beat_q          <= '0;
            worst_q         <= '0;
          end
        end
        12'h004: address_q   <= s_axil_wdata_i;
        12'h008: last_beat_q <= s_axil_wdata_i[7:0];
        12'h00c: fault_q     <= s_axil_wdata_i[3:0];
        default: ;
      endcase
    end
    if (!rst_ni) begin
      m_axi_arvalid_o <= 1'b0;
      m_axi_awvalid_o <= 1'b0;
      m_axi_wvalid_o  <= 1'b0;
      s_axil_bvalid_o <= 1'b0;
      s_axil_rvalid_o <= 1'b0;
      reading_q       <= 1'b0;
      writing_q       <= 1'b0;
      interrupt_q     <= 1'b0;
      flip_q          <= 1'b0;
      fault_q         <= '0;
    end
  end
endmodule

`default_nettype wire
