// SPDX-License-Identifier: Apache-2.0
// One row of the weight-stationary array: Dim processing elements that share one activation.
//
// Contract: everything that enters leaves for the next row one cycle later; a row r of the array
//   therefore sees what row 0 saw r cycles before. The row keeps the lowest byte of data_i and
//   passes the others on. swap_i, valid with the first row of a tile, makes the loaded weights
//   active for that row and those after it. A weight word may enter in the cycle of a swap; it
//   belongs to the tile after. weight_transposed_i low: word `index` is taken whole by row `index`.
//   High: byte Row goes to column `index`.
// Numbers: activations int8 or uint8 (9-bit signed inside), weights int8, products 16 bits. Sums
//   have the SumWidth bits that rows 0 .. Row can fill; in their 32 the bits above repeat the sign.
// Multipliers: columns below DspColumns multiply in DSPs, with PerDsp = 2 two of them in one; those
//   from there on add shifted activations, which no tool takes for a multiplication.
// Timing: an activation is in sum_o three edges after it came in; one per cycle, bubbles allowed.
`default_nettype none

module systolic_row #(
  parameter  int unsigned Dim        = 16,
  parameter  int unsigned Row        = 0,
  parameter  int unsigned DspColumns = Dim,
  parameter  int unsigned PerDsp     = 1,
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
  logic signed [15:0] product [Dim];
  logic               borrow  [Dim];
  logic signed [8:0]  activation_q;
  logic valid_q, product_valid_q;

  // Columns from Plain on have a multiplication of their own, from Added on none. Signed, because a
  // loop over no column is a fault to linters otherwise.
  localparam int Plain = PerDsp == 2 ? DspColumns / 2 * 2 : 0;
  localparam int Added = DspColumns;
  localparam int Columns = Dim;

  // Sums of all rows so far have SumWidth bits. Saying so in the rows whose sums fill them is enough:
  // synthesis leaves out, row by row upwards, what nobody reads, and simulation keeps whole words.
  localparam int unsigned SumWidth = 16 + $clog2(Row + 1);
  function automatic logic [31:0] fitted(input logic [31:0] sum);
    fitted = (Row & (Row + 1)) == 0 ? 32'($signed(sum[SumWidth-1:0])) : sum;
  endfunction

  // A multiplication of 27 by 9 bits gives two products. The lower one has 18 bits for itself and,
  // where it is negative, takes 1 from the upper one, which the sum gives back: {upper, that 1, lower}.
  function automatic logic [32:0] pair(input logic signed [8:0] activation,
                                       input logic signed [7:0] upper,
                                       input logic signed [7:0] lower);
    logic signed [26:0] weights;
    logic signed [33:0] products;
    logic               unused_sign;
    weights     = $signed({upper[7], upper, 18'b0}) + 27'(lower);
    products    = 34'(activation * weights);
    unused_sign = products[16];
    pair        = {products[33:17], products[15:0]};
  endfunction

  function automatic logic signed [15:0] added(input logic signed [8:0] activation,
                                               input logic signed [7:0] weight);
    logic signed [15:0] sum;
    sum = weight[7] ? -(16'(activation) <<< 7) : '0;
    for (int unsigned k = 0; k < 7; k++) if (weight[k]) sum = sum + (16'(activation) <<< k);
    added = sum;
  endfunction

  // The arrays are private to this process: assigned in the order sum, product, active, loaded,
  // each reads what the next held at the edge. Nonblocking assignments would copy every array in
  // simulation.
  /* verilator lint_off BLKSEQ */
  always_ff @(posedge clk_i) begin
    if (product_valid_q) begin
      for (int c = 0; c < Plain; c += 2) begin
        sum_o[c*32 +: 32] <= fitted($signed(sum_i[c*32 +: 32]) + 32'(product[c]));
        sum_o[(c+1)*32 +: 32] <= fitted($signed(sum_i[(c+1)*32 +: 32]) + 32'(product[c+1]) +
                                        $signed(32'(borrow[c+1])));
      end
      for (int c = Plain; c < Columns; c++) begin
        sum_o[c*32 +: 32] <= fitted($signed(sum_i[c*32 +: 32]) + 32'(product[c]));
      end
    end
    if (valid_q) begin
      for (int c = 0; c < Plain; c += 2) begin
        {product[c+1], borrow[c+1], product[c]} = pair(activation_q, active[c+1], active[c]);
      end
      for (int c = Plain; c < Added; c++) product[c] = 16'(activation_q * active[c]);
      for (int c = Added; c < Columns; c++) product[c] = added(activation_q, active[c]);
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
