// SPDX-License-Identifier: Apache-2.0
// An SDR SDRAM chip for simulation: memory, mode register, and every rule of its timing.
//
// Contract: pins are sampled at rising edges of clk_i, the chip's clock, in which all times count;
//   they are inputs so that one model serves every chip. A broken rule is printed with its name and
//   the clock, and counted; of the first one name and clock stay at the outputs. A test demands
//   that violations_o is 0, or sets Stop, which ends the simulation. Not modelled, and refused as
//   the rule "command": self-refresh and power-down, burst terminate, auto-precharge, bursts over
//   2. mem is public: the simulation loads and reads it as (root).….mem[{row, bank, column}], which
//   for sdram_controller is byte address / (DqBits / 8).
// Timing: a read sampled at edge k has its word at dq_o for edge k + CL. When nobody drives dq_o it
//   shows the inverse of what it last did.
`default_nettype none

module sdram_chip #(
  parameter  int unsigned DqBits      = 16,
  parameter  int unsigned RowBits     = 13,
  parameter  int unsigned ColumnBits  = 9,
  parameter  int unsigned BankBits    = 2,
  parameter  int unsigned PinBits     = 13,
  parameter  int unsigned RefreshRows = 8192,  // refreshes that t_ref_i has to hold
  parameter  bit          Stop        = 1'b0,  // at a broken rule
  localparam int unsigned DqBytes     = DqBits / 8
) (
  input  logic                clk_i,
  input  logic                cke_i,
  input  logic                cs_ni,
  input  logic                ras_ni,
  input  logic                cas_ni,
  input  logic                we_ni,
  input  logic [BankBits-1:0] ba_i,
  input  logic [PinBits-1:0]  a_i,
  input  logic [DqBytes-1:0]  dqm_i,
  input  logic [DqBits-1:0]   dq_i,
  input  logic                dq_oe_i,  // dq_i is driven
  output logic [DqBits-1:0]   dq_o,
  output logic                dq_oe_o,

  input  logic [31:0]         t_init_i,  // 100 or 200 us
  input  logic [31:0]         t_rcd_i,
  input  logic [31:0]         t_rp_i,
  input  logic [31:0]         t_ras_i,
  input  logic [31:0]         t_ras_max_i,
  input  logic [31:0]         t_rc_i,
  input  logic [31:0]         t_rrd_i,
  input  logic [31:0]         t_rfc_i,
  input  logic [31:0]         t_wr_i,
  input  logic [31:0]         t_mrd_i,
  input  logic [31:0]         t_refi_i,  // at most nine of them lie between two refreshes
  input  logic [31:0]         t_ref_i,  // 64 ms
  input  logic [2:0]          cas_latency_min_i,  // at this clock

  output logic [31:0]         violations_o,
  output logic [16*8-1:0]     first_name_o,
  output logic [63:0]         first_clock_o,
  output logic [31:0]         refreshes_o,
  output logic [31:0]         activations_o,
  output logic [31:0]         words_o  // chip words that were read or written
);
  localparam int unsigned Banks = 2 ** BankBits;
  localparam logic [3:0] Activate = 4'b0011, Read = 4'b0101, Write = 4'b0100,
                         Precharge = 4'b0010, Refresh = 4'b0001, SetMode = 4'b0000;

  logic [DqBits-1:0] mem[2 ** (RowBits + BankBits + ColumnBits)]  /*verilator public_flat_rw*/;

  // Times of events, in clocks; Never lies long enough ago.
  localparam longint Never = -64'sd1000000000;
  longint now = 0, refreshed = Never, moded = Never, activated = Never;
  longint row_opened[Banks], row_closed[Banks], row_written[Banks];
  longint history[RefreshRows];  // of refreshes, from the initialization on
  int unsigned slot = 0;
  bit open[Banks];
  bit [RowBits-1:0] row[Banks];
  bit precharged = 0, initialized = 0;
  int unsigned init_refreshes = 0;
  int unsigned latency = 0, burst = 0;

  // The burst, and words on their way out.
  bit writes = 0, second = 0;
  bit drove = 0, drove_before = 0;  // dq, by the chip
  bit [DqBits-1:0] word = 0;
  bit [BankBits-1:0] at_bank;
  bit [ColumnBits-1:0] at_column;
  bit [DqBits-1:0] out[4];
  bit [3:0] out_valid = 0;
  bit [DqBytes-1:0] mask_before = 0;

  initial begin
    for (int b = 0; b < Banks; b++) begin
      row_opened[b]  = Never;
      row_closed[b]  = Never;
      row_written[b] = Never;
    end
    violations_o  = 0;
    first_name_o  = "";
    first_clock_o = 0;
    refreshes_o   = 0;
    activations_o = 0;
    words_o       = 0;
  end

  // verilator lint_off BLKSEQ
  task automatic rule(input bit holds, input bit [16*8-1:0] name);
    if (!holds) begin
      if (violations_o == 0) begin
        first_name_o  = name;
        first_clock_o = now;
      end
      violations_o = violations_o + 1;
      if (violations_o <= 10) $display("sdram_chip: %0s broken at chip clock %0d", name, now);
      if (Stop) $error("sdram_chip: a rule is broken");
    end
  endtask
  function automatic bit since(input longint event_clock, input bit [31:0] clocks);
    return now - event_clock >= longint'(clocks);
  endfunction

  task automatic close(input bit [BankBits-1:0] b);
    if (open[b]) begin
      rule(since(row_opened[b], t_ras_i), "tRAS");
      rule(!since(row_opened[b], t_ras_max_i), "tRASmax");
      rule(since(row_written[b], t_wr_i), "tWR");
    end
    row_closed[b] = now;
    open[b]       = 0;
  endtask
  task automatic all_idle();
    for (int b = 0; b < Banks; b++) begin
      rule(!open[b], "open bank");
      rule(since(row_closed[b], t_rp_i), "tRP");
    end
    rule(since(refreshed, t_rfc_i), "tRFC");
    rule(since(moded, t_mrd_i), "tMRD");
  endtask
  task automatic cut();  // a burst that goes on
    rule(!second, "burst cut");
    second = 0;
  endtask

  function automatic int unsigned place();
    return int'({row[at_bank], at_bank, at_column});
  endfunction

  task automatic move();  // a word of the burst
    if (writes) begin
      rule(dq_oe_i, "dq undriven");
      for (int i = 0; i < DqBytes; i++) if (!dqm_i[i]) mem[place()][i*8+:8] = dq_i[i*8+:8];
      row_written[at_bank] = now;
    end else begin
      out[latency-2]       = mem[place()];
      out_valid[latency-2] = 1;
    end
    words_o = words_o + 1;
  endtask

  always @(posedge clk_i) begin
    automatic bit [3:0] command = {cs_ni, ras_ni, cas_ni, we_ni};
    automatic bit told = cke_i && !cs_ni && command != 4'b0111;
    automatic bit [BankBits-1:0] b = ba_i;
    now = now + 1;

    // What was read moves to the pins; a clock in which nobody drives lies before a write.
    rule(!(dq_oe_i && (drove || drove_before)), "dq contention");
    drove_before = drove;
    drove        = out_valid[0] && mask_before != '1;
    word         = out_valid[0] ? out[0] : ~word;
    for (int i = 0; i < DqBytes; i++) if (mask_before[i]) word[i*8+:8] = ~word[i*8+:8];
    dq_o    <= word;
    dq_oe_o <= drove;
    for (int i = 0; i < 3; i++) out[i] = out[i+1];
    out_valid   = out_valid >> 1;
    mask_before = dqm_i;

    if (initialized) rule(cke_i, "command");
    if (told && !initialized) rule(now > longint'(t_init_i), "tINIT");

    if (told) begin
      unique case (command)
        Activate: begin
          rule(initialized, "initialization");
          rule(!open[b], "open bank");
          rule(since(row_closed[b], t_rp_i), "tRP");
          rule(since(row_opened[b], t_rc_i), "tRC");
          rule(since(activated, t_rrd_i), "tRRD");
          rule(since(refreshed, t_rfc_i), "tRFC");
          rule(since(moded, t_mrd_i), "tMRD");
          open[b]       = 1;
          row[b]        = a_i[RowBits-1:0];
          row_opened[b] = now;
          activated     = now;
          activations_o = activations_o + 1;
        end
        Read, Write: begin
          cut();
          rule(open[b], "closed bank");
          rule(since(row_opened[b], t_rcd_i), "tRCD");
          rule(!a_i[10], "command");
          writes    = command == Write;
          second    = burst == 2;
          at_bank   = ba_i;
          at_column = ColumnBits'({a_i[PinBits-1:10] >> 1, a_i[9:0]});
          if (initialized) move();
        end
        Precharge: begin
          if (a_i[10] || b == at_bank) cut();
          for (int i = 0; i < Banks; i++) if (a_i[10] || b == BankBits'(i)) close(BankBits'(i));
          if (a_i[10]) precharged = 1;
        end
        Refresh: begin
          all_idle();
          rule(precharged, "initialization");
          if (initialized) begin
            rule(now - refreshed <= 9 * longint'(t_refi_i), "tREFI");
          end
          refreshed      = now;
          init_refreshes = init_refreshes + 1;
          refreshes_o    = refreshes_o + 1;
          history[slot]  = now;
          slot           = slot + 1 == RefreshRows ? 0 : slot + 1;
        end
        SetMode: begin
          all_idle();
          rule(precharged && init_refreshes >= 2, "initialization");
          burst   = a_i[2:0] == 0 ? 1 : 2;
          latency = int'(a_i[6:4]);
          rule(a_i[2:0] <= 1 && a_i[PinBits-1:7] == 0 && !a_i[3], "command");
          rule(latency == 2 || latency == 3, "command");
          rule(a_i[6:4] >= cas_latency_min_i, "CL");
          if (latency < 2) latency = 2;
          if (latency > 3) latency = 3;
          if (!initialized) for (int i = 0; i < RefreshRows; i++) history[i] = now;
          moded       = now;
          // Before it the chip holds nothing that could be lost.
          if (!initialized) for (int i = 0; i < RefreshRows; i++) history[i] = now;
          initialized = 1;
        end
        default: rule(0, "command");
      endcase
    end
    if (second && !(told && (command == Read || command == Write))) begin
      at_column[0] = !at_column[0];
      second = 0;
      move();
    end

    // Refreshes that do not come.
    if (initialized) begin
      if (now - refreshed == 9 * longint'(t_refi_i) + 1) rule(0, "tREFI");
      if (now - history[slot] == longint'(t_ref_i) + 1) rule(0, "tREF");
    end
  end
  // verilator lint_on BLKSEQ
endmodule

`default_nettype wire
