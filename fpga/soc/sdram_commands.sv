// SPDX-License-Identifier: Apache-2.0
// What an SDR SDRAM chip is told, a command per system clock: initialization, rows, words, refresh.
//
// Contract: times are in system clocks, CasLatency in chip clocks. After reset the chip is left
//   alone for InitClocks, then precharged, refreshed eight times and given its mode: bursts of
//   Gear. Segments (words of one row, sdram_segments) are carried out in order. Rows stay open;
//   while the words of one segment move, the next one's row is opened unless it lies in the same
//   bank. A word moves when write_ready_i, or read_ready_i, says that there is data, or room; void
//   words move without a command. A refresh falls due every TRefi; at a pause they are done at
//   once, under load four together, in the midst of a segment if need be (whose row is opened
//   again): no refresh is later than five TRefi, of the nine that a chip allows, whatever the
//   surroundings do.
// Cycles: a segment whose row is open moves its words from the second clock after it was taken,
//   else max(1, TRcd - 1) later, and TRp more where the bank holds another row; a precharge and an
//   activation take a clock each from the words of the segment before. Activations lie two clocks
//   apart or more, which is to cover tRRD. From a read to a write TurnClocks pass, so that dq is
//   idle for a chip clock between; a read follows a write at once. word_* speak of the word that
//   moves in this cycle; command, bank and address come a clock later.
`default_nettype none

module sdram_commands #(
  parameter  int unsigned Gear       = 2,
  parameter  int unsigned RowBits    = 13,
  parameter  int unsigned BankBits   = 2,
  parameter  int unsigned ColumnBits = 8,  // of a word
  parameter  int unsigned PinBits    = 13,
  parameter  int unsigned CasLatency = 2,
  parameter  int unsigned TRcd       = 1,
  parameter  int unsigned TRp        = 1,
  parameter  int unsigned TRas       = 3,
  parameter  int unsigned TRc        = 3,
  parameter  int unsigned TRfc       = 4,
  parameter  int unsigned TWr        = 1,
  parameter  int unsigned TMrd       = 1,
  parameter  int unsigned TRefi      = 390,
  parameter  int unsigned InitClocks = 10000
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  output logic                  ready_o,  // initialized

  input  logic                  segment_valid_i,
  output logic                  segment_ready_o,
  input  logic                  segment_write_i,
  input  logic                  segment_void_i,
  input  logic [RowBits-1:0]    segment_row_i,
  input  logic [BankBits-1:0]   segment_bank_i,
  input  logic [ColumnBits-1:0] segment_column_i,
  input  logic [ColumnBits:0]   segment_words_i,
  input  logic                  segment_last_i,

  input  logic                  write_ready_i,
  input  logic                  read_ready_i,
  output logic                  word_o,
  output logic                  word_write_o,
  output logic                  word_void_o,
  output logic [ColumnBits-1:0] word_column_o,
  output logic                  word_last_o,  // of its burst

  output logic [2:0]            command_o,  // ras_n, cas_n, we_n
  output logic [BankBits-1:0]   bank_o,
  output logic [PinBits-1:0]    address_o
);
  localparam int unsigned Banks = 2 ** BankBits;
  localparam int unsigned InitRefreshes = 8;
  localparam int unsigned Together = 4;  // refreshes under load
  localparam int unsigned TurnClocks = (CasLatency + Gear + 1 + Gear - 1) / Gear;
  localparam int unsigned TurnWidth = $clog2(TurnClocks + 1);
  localparam int unsigned StepWidth = $clog2((TRcd > TRp ? TRcd : TRp) + 1);
  localparam int unsigned Longest = InitClocks > TRfc + TRp + TRcd + TMrd ? InitClocks :
      TRfc + TRp + TRcd + TMrd;
  localparam int unsigned WaitWidth = $clog2(Longest + 1);
  localparam int unsigned RefiWidth = $clog2(TRefi + 1);
  localparam int unsigned PromoteClocks = TRcd > 2 ? TRcd - 2 : 0;  // the segment takes two

  localparam logic [2:0] Nop = 3'b111, Activate = 3'b011, Read = 3'b101, Write = 3'b100,
                         Precharge = 3'b010, Refresh = 3'b001, SetMode = 3'b000;
  localparam logic [PinBits-1:0] AllBanks = PinBits'(1024);
  localparam logic [PinBits-1:0] Mode = PinBits'(CasLatency * 16 + (Gear == 2 ? 1 : 0));

  typedef enum logic [2:0] {
    Init,
    Close,      // all banks
    Renew,      // refreshes
    Configure,
    Reopen,     // the row of the words that were moving
    Resume,
    Run
  } state_t;
  typedef enum logic [1:0] {
    Shut,   // another row is to be closed
    Opens,  // the row is to be opened
    Ready
  } next_t;

  state_t state_q;
  logic [WaitWidth-1:0] wait_q;
  logic run, waited;
  assign run    = state_q == Run;
  assign waited = wait_q == '0;

  // The segment whose words move (c), and the one that follows (n).
  logic c_valid_q, c_write_q, c_void_q, c_last_q, n_valid_q, n_write_q, n_void_q, n_last_q;
  logic [RowBits-1:0] c_row_q, n_row_q;
  logic [BankBits-1:0] c_bank_q, n_bank_q;
  logic [ColumnBits-1:0] c_column_q, n_column_q;
  logic [ColumnBits:0] c_left_q, n_words_q;
  next_t next_q;
  logic [StepWidth-1:0] step_q;  // clocks until the next segment's row may go on
  logic [TurnWidth-1:0] turn_q;  // clocks until a write may follow the last read
  logic c_live, end_of_c;
  assign c_live   = c_valid_q && !c_void_q;
  assign end_of_c = c_left_q == (ColumnBits + 1)'(1);

  // What this cycle does.
  logic [Banks-1:0] open, hit, settled;
  logic shut, opens, reopen, close_all, renew, promote, load, due;
  assign shut = run && n_valid_q && next_q == Shut && settled[n_bank_q] &&
      !(c_valid_q && c_bank_q == n_bank_q);
  assign opens = run && n_valid_q && next_q == Opens && step_q == '0;
  assign word_o = run && c_valid_q && !shut && !opens &&
      (c_write_q ? write_ready_i && turn_q == '0 : read_ready_i);
  assign reopen    = state_q == Reopen && waited && c_live;
  assign close_all = state_q == Close && (&settled);
  assign renew     = state_q == Renew && waited;
  assign promote = run && n_valid_q && next_q == Ready && step_q == '0 &&
      (!c_valid_q || (word_o && end_of_c));
  assign segment_ready_o = !n_valid_q || promote;
  assign load            = segment_valid_i && segment_ready_o;

  assign word_write_o  = c_write_q;
  assign word_void_o   = c_void_q;
  assign word_column_o = c_column_q;
  assign word_last_o   = c_last_q && end_of_c;

  // Banks: which row is open, and when it may be closed.
  logic activate;
  logic [BankBits-1:0] row_bank;
  logic [RowBits-1:0]  row;
  assign activate = opens || reopen;
  assign row_bank = run ? n_bank_q : c_bank_q;
  assign row      = run ? n_row_q : c_row_q;

  sdram_banks #(
    .RowBits(RowBits),
    .BankBits(BankBits),
    .RowClocks(TRas + TRp > TRc ? TRas : TRc - TRp),
    .WriteClocks(TWr + Gear - 1)  // the last half comes a chip clock later
  ) u_banks (
    .clk_i,
    .rst_ni,
    .activate_i(activate),
    .shut_i(shut),
    .bank_i(row_bank),
    .row_i(row),
    .close_all_i(close_all),
    .write_i(word_o && c_write_q && !c_void_q),
    .write_bank_i(c_bank_q),
    .row_asked_i(segment_row_i),
    .open_o(open),
    .hit_o(hit),
    .settled_o(settled)
  );

  // The segment that follows.
  always_ff @(posedge clk_i) begin
    if (!rst_ni) n_valid_q <= 1'b0;
    else if (load) n_valid_q <= 1'b1;
    else if (promote) n_valid_q <= 1'b0;
  end
  always_ff @(posedge clk_i) begin
    if (load) begin
      n_write_q  <= segment_write_i;
      n_void_q   <= segment_void_i;
      n_row_q    <= segment_row_i;
      n_bank_q   <= segment_bank_i;
      n_column_q <= segment_column_i;
      n_words_q  <= segment_words_i;
      n_last_q   <= segment_last_i;
    end
  end
  always_ff @(posedge clk_i) begin
    if (load) begin
      if (segment_void_i || hit[segment_bank_i]) next_q <= Ready;
      else if (open[segment_bank_i]) next_q <= Shut;
      else next_q <= Opens;
    end else if (!run) begin  // the banks are about to be closed, all but the reopened one
      if (n_void_q) next_q <= Ready;
      else if (c_live && c_bank_q == n_bank_q) next_q <= Shut;
      else next_q <= Opens;
    end else if (shut) begin
      next_q <= Opens;
    end else if (opens) begin
      next_q <= Ready;
    end
  end
  always_ff @(posedge clk_i) begin
    if (!rst_ni) step_q <= '0;
    else if (shut) step_q <= StepWidth'(TRp - 1);
    else if (opens) step_q <= StepWidth'(PromoteClocks);
    else if (step_q != '0) step_q <= step_q - 1'b1;
  end

  // The segment whose words move.
  always_ff @(posedge clk_i) begin
    if (!rst_ni) c_valid_q <= 1'b0;
    else if (promote) c_valid_q <= 1'b1;
    else if (word_o && end_of_c) c_valid_q <= 1'b0;
  end
  always_ff @(posedge clk_i) begin
    if (promote) begin
      c_write_q  <= n_write_q;
      c_void_q   <= n_void_q;
      c_row_q    <= n_row_q;
      c_bank_q   <= n_bank_q;
      c_column_q <= n_column_q;
      c_left_q   <= n_words_q;
      c_last_q   <= n_last_q;
    end else if (word_o) begin
      c_column_q <= c_column_q + 1'b1;
      c_left_q   <= c_left_q - 1'b1;
    end
  end
  always_ff @(posedge clk_i) begin
    if (!rst_ni) turn_q <= '0;
    else if (word_o && !c_write_q) turn_q <= TurnWidth'(TurnClocks - 1);
    else if (turn_q != '0) turn_q <= turn_q - 1'b1;
  end

  // Refreshes that are due; those of the initialization to begin with.
  logic [RefiWidth-1:0] refi_q;
  logic [3:0] pending_q;
  logic tick;
  assign tick = refi_q == '0;
  assign due = pending_q >= 4'(Together) ||
      (pending_q != '0 && !segment_valid_i && !n_valid_q && !c_valid_q);

  always_ff @(posedge clk_i) begin
    if (!rst_ni || tick || !ready_o) refi_q <= RefiWidth'(TRefi - 1);
    else refi_q <= refi_q - 1'b1;
  end
  always_ff @(posedge clk_i) begin
    if (!rst_ni) pending_q <= 4'(InitRefreshes);
    else if (tick != renew) pending_q <= pending_q + {{3{renew}}, 1'b1};
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= Init;
      wait_q  <= WaitWidth'(InitClocks);
      ready_o <= 1'b0;
    end else begin
      if (!waited) wait_q <= wait_q - 1'b1;
      unique case (state_q)
        Init: if (waited) state_q <= Close;
        Close: begin
          if (&settled) begin
            state_q <= Renew;
            wait_q  <= WaitWidth'(TRp - 1);
          end
        end
        Renew: begin
          if (waited) begin
            wait_q <= WaitWidth'(TRfc - 1);
            if (pending_q == 4'd1 && !tick) state_q <= ready_o ? Reopen : Configure;
          end
        end
        Configure: begin
          if (waited) begin
            state_q <= Reopen;
            wait_q  <= WaitWidth'(TMrd - 1);
            ready_o <= 1'b1;
          end
        end
        Reopen: begin
          if (waited) begin
            state_q <= c_live ? Resume : Run;
            wait_q  <= WaitWidth'(PromoteClocks);
          end
        end
        Resume: if (waited) state_q <= Run;
        default: if (due) state_q <= Close;
      endcase
    end
  end

  // The command.
  always_ff @(posedge clk_i) begin
    if (!rst_ni) command_o <= Nop;
    else if (shut || close_all) command_o <= Precharge;
    else if (activate) command_o <= Activate;
    else if (renew) command_o <= Refresh;
    else if (state_q == Configure && waited) command_o <= SetMode;
    else if (word_o && !c_void_q) command_o <= c_write_q ? Write : Read;
    else command_o <= Nop;
  end

  // Column bits go around pin 10, which would close the row after the words.
  logic [10:0] column;
  assign column = 11'(c_column_q) << (Gear - 1);
  always_ff @(posedge clk_i) begin
    bank_o <= run && !shut && !opens ? c_bank_q : row_bank;
    if (activate) address_o <= PinBits'(row);
    else if (close_all) address_o <= AllBanks;
    else if (state_q == Configure) address_o <= Mode;
    else if (shut) address_o <= '0;
    else address_o <= PinBits'({column[10], 1'b0, column[9:0]});
    if (state_q == Configure) bank_o <= '0;
  end

  assert_always a_refreshed (
    .clk_i,
    .rst_ni,
    .holds_i(!ready_o || pending_q <= 4'd8)
  );

  // What the contract demands.
  if (ColumnBits + Gear - 1 > 11) $error("sdram_commands: ColumnBits must be at most 11");
  if (TRcd < 1 || TRp < 1 || TRas < 1 || TRc < 1 || TRfc < 1 || TWr < 1 || TMrd < 1)
    $error("sdram_commands: times must be at least 1");
endmodule

`default_nettype wire
