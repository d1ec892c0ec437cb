// SPDX-License-Identifier: Apache-2.0
// The weight-stationary systolic array: Dim rows of Dim processing elements.
//
// Contract: a word of activations enters per cycle, row_swap_i with the first of a tile. A weight
//   word enters per cycle and belongs to the tile after the next swap (to the one after that, if it
//   enters in the cycle of a swap). All columns of a result leave together, in the order of the
//   words.
// Numbers: activations int8 or uint8, weights int8, sums int32.
// Multipliers: DspMultipliers products are made in DSPs, ProductsPerDsp in each, the others by adders.
// Timing: latency Dim + 2 cycles, one word per cycle, bubbles allowed. sum_soon_o announces a result
//   two cycles before it comes.
`default_nettype none

module systolic_array #(
  parameter  int unsigned Dim            = intformer_pkg::Dim,
  parameter  int unsigned DspMultipliers = intformer_pkg::DspMultipliers,
  parameter  int unsigned ProductsPerDsp = intformer_pkg::ProductsPerDsp,
  localparam int unsigned IndexWidth     = $clog2(Dim)
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,

  input  logic                  row_valid_i,
  input  logic                  row_swap_i,
  input  logic                  row_unsigned_i,
  input  logic [Dim*8-1:0]      row_data_i,

  input  logic                  weight_valid_i,
  input  logic                  weight_transposed_i,
  input  logic [IndexWidth-1:0] weight_index_i,
  input  logic [Dim*8-1:0]      weight_data_i,

  output logic                  sum_soon_o,
  output logic [Dim*32-1:0]     sum_data_o
);
  // Link r lies above row r. Fewer activations go on from row to row: the skew is a triangle.
  for (genvar r = 0; r <= Dim; r++) begin : gen_link
    localparam int unsigned DataWidth = r >= Dim - 1 ? 8 : (Dim - r) * 8;
    logic row_valid, row_swap, row_unsigned;
    logic [DataWidth-1:0] row_data;
    logic weight_valid, weight_transposed;
    logic [IndexWidth-1:0] weight_index;
    logic [Dim*8-1:0]  weight_data;
    logic [Dim*32-1:0] sum;
  end

  assign gen_link[0].row_valid         = row_valid_i;
  assign gen_link[0].row_swap          = row_swap_i;
  assign gen_link[0].row_unsigned      = row_unsigned_i;
  assign gen_link[0].row_data          = row_data_i;
  assign gen_link[0].weight_valid      = weight_valid_i;
  assign gen_link[0].weight_transposed = weight_transposed_i;
  assign gen_link[0].weight_index      = weight_index_i;
  assign gen_link[0].weight_data       = weight_data_i;
  assign gen_link[0].sum               = '0;

  for (genvar r = 0; r < Dim; r++) begin : gen_row
    // As even as can be among the rows.
    localparam int unsigned DspColumns = DspMultipliers * (r + 1) / Dim - DspMultipliers * r / Dim;
    systolic_row #(
      .Dim(Dim),
      .Row(r),
      .DspColumns(DspColumns),
      .PerDsp(ProductsPerDsp)
    ) u_row (
      .clk_i,
      .rst_ni,
      .valid_i(gen_link[r].row_valid),
      .swap_i(gen_link[r].row_swap),
      .unsigned_i(gen_link[r].row_unsigned),
      .data_i(gen_link[r].row_data),
      .valid_o(gen_link[r+1].row_valid),
      .swap_o(gen_link[r+1].row_swap),
      .unsigned_o(gen_link[r+1].row_unsigned),
      .data_o(gen_link[r+1].row_data),
      .weight_valid_i(gen_link[r].weight_valid),
      .weight_transposed_i(gen_link[r].weight_transposed),
      .weight_index_i(gen_link[r].weight_index),
      .weight_data_i(gen_link[r].weight_data),
      .weight_valid_o(gen_link[r+1].weight_valid),
      .weight_transposed_o(gen_link[r+1].weight_transposed),
      .weight_index_o(gen_link[r+1].weight_index),
      .weight_data_o(gen_link[r+1].weight_data),
      .sum_i(gen_link[r].sum),
      .sum_o(gen_link[r+1].sum)
    );
  end

  // The last row registers activation, product and sum; link Dim shows the first of the three.
  assign sum_soon_o = gen_link[Dim].row_valid;
  assign sum_data_o  = gen_link[Dim].sum;

  logic unused_last_link;
  assign unused_last_link = ^{gen_link[Dim].row_swap, gen_link[Dim].row_unsigned,
                              gen_link[Dim].row_data, gen_link[Dim].weight_valid,
                              gen_link[Dim].weight_transposed, gen_link[Dim].weight_index,
                              gen_link[Dim].weight_data};

  // What the contract demands.
  if (DspMultipliers > Dim * Dim) $error("systolic_array: more multipliers than products");
  if (ProductsPerDsp != 1 && ProductsPerDsp != 2)
    $error("systolic_array: a DSP makes one product or two");
endmodule

`default_nettype wire
