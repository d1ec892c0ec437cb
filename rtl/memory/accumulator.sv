// SPDX-License-Identifier: Apache-2.0
// Accumulator memory: Rows rows of Dim int32 in Banks banks; bank = row mod Banks.
//
// Contract: the array reads, adds and writes, or just writes, one row per cycle and is never held
//   up; it says which row a cycle before that row's data come. An add to a row must come AddDistance
//   (4) cycles or more after the row was last named. The vector unit reads through its own port,
//   whose ready is combinational in valid and address of both: it waits while the array reads the
//   same bank. Rows must lie before the end: those who ask see to it.
// Timing: a row that the array names in cycle t can be read by a request granted in cycle t + 4.
//   Data come 2 cycles after the grant.
`default_nettype none

module accumulator #(
  parameter int unsigned Dim   = intformer_pkg::Dim,
  parameter int unsigned Rows  = intformer_pkg::AccRows,
  parameter int unsigned Banks = intformer_pkg::AccBanks
) (
  input  logic              clk_i,
  input  logic              rst_ni,

  input  logic              acc_valid_i,
  input  logic [23:0]       acc_addr_i,
  input  logic              acc_accumulate_i,
  input  logic [Dim*32-1:0] acc_data_i,

  input  logic              read_req_valid_i,
  output logic              read_req_ready_o,
  input  logic [23:0]       read_req_addr_i,
  output logic              read_rsp_valid_o,
  output logic [Dim*32-1:0] read_rsp_data_o
);
  localparam int unsigned RowWidth = Dim * 32;
  localparam int unsigned BankWidth = $clog2(Banks);
  localparam int unsigned BankRows = (Rows + Banks - 1) / Banks;
  localparam int unsigned LocalWidth = BankRows > 1 ? $clog2(BankRows) : 1;

  logic [BankWidth-1:0] array_bank, vector_bank;
  logic array_read, vector_grant;

  assign array_bank       = acc_addr_i[BankWidth-1:0];
  assign array_read       = acc_valid_i && acc_accumulate_i;
  assign vector_bank      = read_req_addr_i[BankWidth-1:0];
  assign read_req_ready_o = !(array_read && array_bank == vector_bank);
  assign vector_grant     = read_req_valid_i && read_req_ready_o;

  // Stage 1: the banks show what they held, the data come. Stage 2: they are added. Stage 3: the sum
  // is written.
  logic valid1_q, add1_q, valid2_q, valid3_q;
  logic [BankWidth-1:0] bank1_q, bank2_q, bank3_q;
  logic [LocalWidth-1:0] local1_q, local2_q, local3_q;
  logic [RowWidth-1:0] data2_q, held2_q, sum3_q, held1;
  logic              vector1_q;
  logic [BankWidth-1:0]  vector_bank1_q;

  logic [Banks*RowWidth-1:0] bank_data;
  for (genvar b = 0; b < Banks; b++) begin : gen_bank
    logic reads_for_array;
    assign reads_for_array = array_read && array_bank == BankWidth'(b);
    ram_1r1w #(
      .Width(RowWidth),
      .Depth(BankRows)
    ) u_ram (
      .clk_i,
      .write_enable_i(valid3_q && bank3_q == BankWidth'(b)),
      .write_addr_i(local3_q),
      .write_data_i(sum3_q),
      .read_enable_i(reads_for_array || (vector_grant && vector_bank == BankWidth'(b))),
      .read_addr_i(reads_for_array ? acc_addr_i[BankWidth +: LocalWidth] :
                                        read_req_addr_i[BankWidth +: LocalWidth]),
      .read_data_o(bank_data[b*RowWidth +: RowWidth])
    );
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      valid1_q         <= 1'b0;
      valid2_q         <= 1'b0;
      valid3_q         <= 1'b0;
      vector1_q        <= 1'b0;
      read_rsp_valid_o <= 1'b0;
    end else begin
      valid1_q         <= acc_valid_i;
      valid2_q         <= valid1_q;
      valid3_q         <= valid2_q;
      vector1_q        <= vector_grant;
      read_rsp_valid_o <= vector1_q;
    end
  end

  always_comb begin
    held1 = '0;
    if (valid1_q && add1_q) begin
      for (int unsigned b = 0; b < Banks; b++) begin
        if (bank1_q == BankWidth'(b)) held1 = bank_data[b*RowWidth +: RowWidth];
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (acc_valid_i) begin
      add1_q   <= acc_accumulate_i;
      bank1_q  <= array_bank;
      local1_q <= acc_addr_i[BankWidth +: LocalWidth];
    end
    if (valid1_q) begin
      bank2_q  <= bank1_q;
      local2_q <= local1_q;
      data2_q  <= acc_data_i;
      held2_q  <= held1;
    end
    if (valid2_q) begin
      bank3_q  <= bank2_q;
      local3_q <= local2_q;
      for (int unsigned c = 0; c < Dim; c++) begin
        sum3_q[c*32 +: 32] <= data2_q[c*32 +: 32] + held2_q[c*32 +: 32];
      end
    end
    if (vector_grant) vector_bank1_q <= vector_bank;
    if (vector1_q) begin
      for (int unsigned b = 0; b < Banks; b++) begin
        if (vector_bank1_q == BankWidth'(b)) read_rsp_data_o <= bank_data[b*RowWidth +: RowWidth];
      end
    end
  end

  // What the contract demands.
  assert_always a_add_distance (
    .clk_i,
    .rst_ni,
    .holds_i(!array_read ||
             !((valid1_q && bank1_q == array_bank &&
                local1_q == acc_addr_i[BankWidth +: LocalWidth]) ||
               (valid2_q && bank2_q == array_bank &&
                local2_q == acc_addr_i[BankWidth +: LocalWidth]) ||
               (valid3_q && bank3_q == array_bank &&
                local3_q == acc_addr_i[BankWidth +: LocalWidth])))
  );
  assert_always a_array_row (
    .clk_i,
    .rst_ni,
    .holds_i(!acc_valid_i || 32'(acc_addr_i) < Rows)
  );
  assert_always a_vector_row (
    .clk_i,
    .rst_ni,
    .holds_i(!vector_grant || 32'(read_req_addr_i) < Rows)
  );
endmodule

`default_nettype wire
