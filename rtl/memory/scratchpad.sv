// SPDX-License-Identifier: Apache-2.0
// Scratchpad: Words words of Dim bytes in Banks banks; bank = address mod Banks.
//
// Contract: each bank serves one read and one write per cycle. Readers in order of priority: a, b,
//   vector, store; writers: vector_write, load_write. Ready is combinational in valid and address
//   of the clients with higher priority. Addresses must lie before the end: the clients see to it.
// Timing: data come 2 cycles after the grant; a word can be read in the cycle after its write was
//   accepted.
`default_nettype none

module scratchpad #(
  parameter int unsigned Dim   = intformer_pkg::Dim,
  parameter int unsigned Words = intformer_pkg::ScratchWords,
  parameter int unsigned Banks = intformer_pkg::ScratchBanks
) (
  input  logic             clk_i,
  input  logic             rst_ni,

  input  logic             a_req_valid_i,
  output logic             a_req_ready_o,
  input  logic [23:0]      a_req_addr_i,
  output logic             a_rsp_valid_o,
  output logic [Dim*8-1:0] a_rsp_data_o,

  input  logic             b_req_valid_i,
  output logic             b_req_ready_o,
  input  logic [23:0]      b_req_addr_i,
  output logic             b_rsp_valid_o,
  output logic [Dim*8-1:0] b_rsp_data_o,

  input  logic             vector_req_valid_i,
  output logic             vector_req_ready_o,
  input  logic [23:0]      vector_req_addr_i,
  output logic             vector_rsp_valid_o,
  output logic [Dim*8-1:0] vector_rsp_data_o,

  input  logic             store_req_valid_i,
  output logic             store_req_ready_o,
  input  logic [23:0]      store_req_addr_i,
  output logic             store_rsp_valid_o,
  output logic [Dim*8-1:0] store_rsp_data_o,

  input  logic             vector_write_valid_i,
  output logic             vector_write_ready_o,
  input  logic [23:0]      vector_write_addr_i,
  input  logic [Dim*8-1:0] vector_write_data_i,

  input  logic             load_write_valid_i,
  output logic             load_write_ready_o,
  input  logic [23:0]      load_write_addr_i,
  input  logic [Dim*8-1:0] load_write_data_i
);
  localparam int unsigned WordWidth = Dim * 8;
  localparam int unsigned BankWidth = $clog2(Banks);
  localparam int unsigned BankWords = (Words + Banks - 1) / Banks;
  localparam int unsigned LocalWidth = BankWords > 1 ? $clog2(BankWords) : 1;

  // Clients are numbered by priority. A client waits for any valid one before it on the same bank:
  // whether that one itself is granted or waits, the bank is taken by one of higher priority.
  logic [BankWidth-1:0] a_bank, b_bank, vector_bank, store_bank, vector_write_bank, load_write_bank;
  assign a_bank            = a_req_addr_i[BankWidth-1:0];
  assign b_bank            = b_req_addr_i[BankWidth-1:0];
  assign vector_bank       = vector_req_addr_i[BankWidth-1:0];
  assign store_bank        = store_req_addr_i[BankWidth-1:0];
  assign vector_write_bank = vector_write_addr_i[BankWidth-1:0];
  assign load_write_bank   = load_write_addr_i[BankWidth-1:0];

  assign a_req_ready_o      = 1'b1;
  assign b_req_ready_o      = !(a_req_valid_i && a_bank == b_bank);
  assign vector_req_ready_o = !(a_req_valid_i && a_bank == vector_bank) &&
                              !(b_req_valid_i && b_bank == vector_bank);
  assign store_req_ready_o  = !(a_req_valid_i && a_bank == store_bank) &&
                              !(b_req_valid_i && b_bank == store_bank) &&
                              !(vector_req_valid_i && vector_bank == store_bank);
  assign vector_write_ready_o = 1'b1;
  assign load_write_ready_o   = !(vector_write_valid_i && vector_write_bank == load_write_bank);

  // One bit per client: a, b, vector, store, vector_write, load_write.
  logic [5:0] wanted, grant;
  assign wanted = {
    load_write_valid_i, vector_write_valid_i, store_req_valid_i, vector_req_valid_i, b_req_valid_i,
    a_req_valid_i
  };
  assign grant = {
    load_write_valid_i && load_write_ready_o,
    vector_write_valid_i,
    store_req_valid_i && store_req_ready_o,
    vector_req_valid_i && vector_req_ready_o,
    b_req_valid_i && b_req_ready_o,
    a_req_valid_i
  };

  logic [Banks*WordWidth-1:0] bank_data;
  for (genvar k = 0; k < Banks; k++) begin : gen_bank
    logic [5:0]        hit;
    logic [LocalWidth-1:0] read_addr;

    // Of the clients that want this bank the first one has it, granted or not by what they want of
    // others: the addresses do not wait for the grants.
    assign hit = wanted &
                 {load_write_bank == BankWidth'(k), vector_write_bank == BankWidth'(k),
                  store_bank == BankWidth'(k), vector_bank == BankWidth'(k),
                  b_bank == BankWidth'(k), a_bank == BankWidth'(k)};

    always_comb begin
      read_addr = store_req_addr_i[BankWidth +: LocalWidth];
      if (hit[2]) read_addr = vector_req_addr_i[BankWidth +: LocalWidth];
      if (hit[1]) read_addr = b_req_addr_i[BankWidth +: LocalWidth];
      if (hit[0]) read_addr = a_req_addr_i[BankWidth +: LocalWidth];
    end

    ram_1r1w #(
      .Width(WordWidth),
      .Depth(BankWords)
    ) u_ram (
      .clk_i,
      .write_enable_i(|hit[5:4]),
      .write_addr_i(hit[4] ? vector_write_addr_i[BankWidth +: LocalWidth] :
                               load_write_addr_i[BankWidth +: LocalWidth]),
      .write_data_i(hit[4] ? vector_write_data_i : load_write_data_i),
      .read_enable_i(|hit[3:0]),
      .read_addr_i(read_addr),
      .read_data_o(bank_data[k*WordWidth +: WordWidth])
    );
  end

  // One cycle after the grant the banks show their words, one cycle later their registers do. Each
  // reader takes that of its bank: a block RAM is slow to show its word, so that nothing but a
  // register may follow.
  logic [3:0] read1_q, response_q;
  logic [Banks*WordWidth-1:0] bank_data_q;
  logic [BankWidth-1:0] a_bank1_q, b_bank1_q, vector_bank1_q, store_bank1_q;
  logic [BankWidth-1:0] a_bank2_q, b_bank2_q, vector_bank2_q, store_bank2_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      read1_q    <= '0;
      response_q <= '0;
    end else begin
      read1_q    <= grant[3:0];
      response_q <= read1_q;
    end
  end

  always_ff @(posedge clk_i) begin
    a_bank1_q      <= a_bank;
    b_bank1_q      <= b_bank;
    vector_bank1_q <= vector_bank;
    store_bank1_q  <= store_bank;
    a_bank2_q      <= a_bank1_q;
    b_bank2_q      <= b_bank1_q;
    vector_bank2_q <= vector_bank1_q;
    store_bank2_q  <= store_bank1_q;
    bank_data_q    <= bank_data;
  end

  always_comb begin
    a_rsp_data_o      = bank_data_q[WordWidth-1:0];
    b_rsp_data_o      = bank_data_q[WordWidth-1:0];
    vector_rsp_data_o = bank_data_q[WordWidth-1:0];
    store_rsp_data_o  = bank_data_q[WordWidth-1:0];
    for (int unsigned k = 1; k < Banks; k++) begin
      if (a_bank2_q == BankWidth'(k)) a_rsp_data_o = bank_data_q[k*WordWidth +: WordWidth];
      if (b_bank2_q == BankWidth'(k)) b_rsp_data_o = bank_data_q[k*WordWidth +: WordWidth];
      if (vector_bank2_q == BankWidth'(k)) begin
        vector_rsp_data_o = bank_data_q[k*WordWidth +: WordWidth];
      end
      if (store_bank2_q == BankWidth'(k)) begin
        store_rsp_data_o = bank_data_q[k*WordWidth +: WordWidth];
      end
    end
  end

  assign a_rsp_valid_o      = response_q[0];
  assign b_rsp_valid_o      = response_q[1];
  assign vector_rsp_valid_o = response_q[2];
  assign store_rsp_valid_o  = response_q[3];

  // What the contract demands.
  logic [5:0] beyond;
  assign beyond = {
    32'(load_write_addr_i) >= Words,
    32'(vector_write_addr_i) >= Words,
    32'(store_req_addr_i) >= Words,
    32'(vector_req_addr_i) >= Words,
    32'(b_req_addr_i) >= Words,
    32'(a_req_addr_i) >= Words
  };
  assert_always a_word (
    .clk_i,
    .rst_ni,
    .holds_i((grant & beyond) == '0)
  );
endmodule

`default_nettype wire
