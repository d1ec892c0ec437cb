// SPDX-License-Identifier: Apache-2.0
// One row of the weight-stationary array: Dim processing elements that share one activation.
//
// Contract: everything that enters leaves for the next row one cycle later; a row r of the array
//   therefore sees what row 0 saw r cycles before. The row keeps the lowest byte of data_i and
//   passes the others on. swap_i, valid with the first row of a tile, makes the loaded weights
//   active for that row and those after it. A weight word may enter in the cycle of a swap; it
//   belongs to the tile after. weight_transposed_i low: word `index` is taken whole by row `index`.
//   High: byte Row goes to column `index`.
// Numbers: activations int8 or uint8 (9-bit signed inside), weights int8, products 17 bits, sums
//   int32 that wrap.
// Timing: an activation is in sum_o three edges after it came in; one per cycle, bubbles allowed.
`default_nettype none

module systolic_row #(
  parameter  int unsigned Dim        = 16,
  parameter  int unsigned Row        = 0,
  localparam int unsigned IndexWidth = $clog2(Dim),
  localparam int unsigned DataWidth  = (Dim - Row) * 8,
  localparam int unsigned RestWidth  = Row == Dim - 1 ? 8 : DataWidth - 8
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,

  input  logic                  valid_i,
  input  logic                  swap_i,
  input  logic                  unsigned_i,
  input  logic [DataWidth-1:0]  data_i,
  output logic                  valid_o,
  output logic                  swap_o,
  output logic                  unsigned_o,
  output logic [RestWidth-1:0]  data_o,

  input  logic                  weight_valid_i,
  input  logic                  weight_transposed_i,
  input  logic [IndexWidth-1:0] weight_index_i,
  input  logic [Dim*8-1:0]      weight_data_i,
  output logic                  weight_valid_o,
  output logic                  weight_transposed_o,
  output logic [IndexWidth-1:0] weight_index_o,
  output logic [Dim*8-1:0]      weight_data_o,

  input  logic [Dim*32-1:0]     sum_i,
  output logic [Dim*32-1:0]     sum_o
);
  logic signed [7:0]  loaded  [Dim];
  logic signed [7:0]  active  [Dim];
  logic signed [16:0] product [Dim];
  logic signed [8:0]  activation_q;
  logic valid_q, product_valid_q;

  // The arrays are private to this process: assigned in the order sum, product, active, loaded,
  // each reads what the next held at the edge. Nonblocking assignments would copy every array in
  // simulation.
  /* verilator lint_off BLKSEQ */
  always_ff @(posedge clk_i) begin
    if (product_valid_q) begin
      for (int unsigned c = 0; c < Dim; c++) begin
        sum_o[c*32 +: 32] <= $signed(sum_i[c*32 +: 32]) + 32'(product[c]);
      end
    end
    if (valid_q) begin
      for (int unsigned c = 0; c < Dim; c++) product[c] = 17'(activation_q * active[c]);
    end
    if (valid_i && swap_i) begin
      for (int unsigned c = 0; c < Dim; c++) active[c] = loaded[c];
    end
    if (weight_valid_i && weight_transposed_i) begin
      loaded[weight_index_i] = weight_data_i[Row*8 +: 8];
    end
    if (weight_valid_i && !weight_transposed_i && weight_index_i == IndexWidth'(Row)) begin
      for (int unsigned c = 0; c < Dim; c++) loaded[c] = weight_data_i[c*8 +: 8];
    end
  end
  /* verilator lint_on BLKSEQ */

  always_ff @(posedge clk_i) begin
    if (valid_i) begin
      activation_q <= {data_i[7] & ~unsigned_i, data_i[7:0]};
      data_o       <= RestWidth'(data_i >> 8);
      unsigned_o   <= unsigned_i;
    end
    if (weight_valid_i) begin
      weight_transposed_o <= weight_transposed_i;
      weight_index_o      <= weight_index_i;
      weight_data_o       <= weight_data_i;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      valid_q         <= 1'b0;
      product_valid_q <= 1'b0;
      swap_o          <= 1'b0;
      weight_valid_o  <= 1'b0;
    end else begin
      valid_q         <= valid_i;
      product_valid_q <= valid_q;
      swap_o          <= swap_i;
      weight_valid_o  <= weight_valid_i;
    end
  end

  assign valid_o = valid_q;
endmodule

`default_nettype wire
