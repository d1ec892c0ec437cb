// SPDX-License-Identifier: Apache-2.0
// What follows a matmul, between two requantizations, for all lanes at once: GELU as the family has
// it, or a function from a table.
//   y = (max(x, 0) << 4) - h(|x|), or of an odd function sign(x) * h(|x|)
//
// Contract: valid_i says that y_o is wanted of x_i; table_i that h is the table's, and then odd_i that
//   the function is odd. write_i brings segment write_index_i of the table; nothing is on its way then
//   that was wanted before.
// Formats: x int16 LSB 2^-10, y 20 bits signed LSB 2^-14.
// Stages: 1 |x|, 2 to 5 h, 6 y.
// Timing: y_o comes LanesActivation = 6 cycles after x_i. Never stalls.
`default_nettype none

module activation_unit #(
  parameter int unsigned Lanes     = 16,
  parameter bit          FamilyPwl = intformer_pkg::FamilyPwl,
  parameter bit          Tables    = intformer_pkg::Tables
) (
  input  logic                clk_i,
  input  logic                write_i,
  input  logic [4:0]          write_index_i,
  input  logic [14:0]         write_offset_i,
  input  logic [12:0]         write_slope_i,
  input  logic                valid_i,
  input  logic                table_i,
  input  logic                odd_i,
  input  logic [Lanes*16-1:0] x_i,
  output logic [Lanes*20-1:0] y_o
);
  logic [Lanes*16-1:0] size_1, h_5;
  logic table_1, odd_1, unused_table;
  assign unused_table = ^{write_i, write_index_i, write_offset_i, write_slope_i, table_1, odd_1,
                          size_1};

  // verilator lint_off BLKSEQ
  // Private arrays, written in reverse stage order: blocking assignments make pipeline registers.
  logic [14:0]         relu_q  [5*Lanes];  // of the stages 1 to 5; nothing of an odd function
  logic                minus_q [5*Lanes];  // h is taken away
  logic [15:0] x, h;

  logic [5:1] valid_q;
  always_ff @(posedge clk_i) valid_q <= {valid_q[4:1], valid_i};

  always_ff @(posedge clk_i) begin
    if (valid_q[5]) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        h = h_5[l*16 +: 16];
        if (Tables) begin  // what negates comes in as a carry: one adder
          y_o[l*20 +: 20] <= 20'(({1'b0, relu_q[4*Lanes + l], 4'b0, 1'b1} +
                                  {{4{h[15]}} ^ {4{minus_q[4*Lanes + l]}},
                                   h ^ {16{minus_q[4*Lanes + l]}}, minus_q[4*Lanes + l]}) >> 1);
        end else begin
          y_o[l*20 +: 20] <= {1'b0, relu_q[4*Lanes + l], 4'b0} - 20'($signed(h));
        end
      end
    end
    if (valid_i || valid_q[4:1] != '0) begin
      for (int unsigned k = 5 * Lanes - 1; k >= Lanes; k--) begin
        relu_q[k]  = relu_q[k-Lanes];
        minus_q[k] = minus_q[k-Lanes];
      end
    end
    if (valid_i) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        x = x_i[l*16 +: 16];
        size_1[l*16 +: 16] <= x[15] ? -x : x;
        relu_q[l]  = x[15] || (Tables && odd_i) ? 15'd0 : x[14:0];
        minus_q[l] = x[15] || !odd_i;
      end
      table_1 <= table_i;
      odd_1   <= odd_i;
    end
  end
  // verilator lint_on BLKSEQ

  if (FamilyPwl) begin : gen_pwl
    activation_lines #(
      .Lanes(Lanes),
      .Tables(Tables),
      .Fixed(1'b1),
      .FixedOffset(intformer_pkg::GeluPwlOffset),
      .FixedSlope(intformer_pkg::GeluPwlSlope)
    ) u_lines (
      .clk_i,
      .write_i,
      .write_index_i,
      .write_offset_i,
      .write_slope_i,
      .valid_i(valid_q[1]),
      .table_i(table_1),
      .odd_i(odd_1),
      .size_i(size_1),
      .h_o(h_5)
    );
  end else begin : gen_ibert
    logic [Lanes*13-1:0] gelu_5;
    gelu_ibert #(
      .Lanes(Lanes),
      .Reach(intformer_pkg::GeluIbertReach),
      .Factor(intformer_pkg::GeluIbertFactor),
      .Shift(intformer_pkg::GeluIbertShift)
    ) u_gelu (
      .clk_i,
      .valid_i,
      .x_i,
      .h_o(gelu_5)
    );
    if (Tables) begin : gen_tables
      logic [Lanes*16-1:0] table_h_5;
      logic [5:2] table_q;
      always_ff @(posedge clk_i) table_q <= {table_q[4:2], table_1};
      activation_lines #(
        .Lanes(Lanes),
        .Tables(1'b1),
        .Fixed(1'b0)
      ) u_lines (
        .clk_i,
        .write_i,
        .write_index_i,
        .write_offset_i,
        .write_slope_i,
        .valid_i(valid_q[1]),
        .table_i(1'b1),
        .odd_i(odd_1),
        .size_i(size_1),
        .h_o(table_h_5)
      );
      for (genvar l = 0; l < Lanes; l++) begin : gen_lane
        assign h_5[l*16 +: 16] = table_q[5] ? table_h_5[l*16 +: 16] : 16'(gelu_5[l*13 +: 13]);
      end
    end else begin : gen_gelu
      for (genvar l = 0; l < Lanes; l++) begin : gen_lane
        assign h_5[l*16 +: 16] = 16'(gelu_5[l*13 +: 13]);
      end
    end
  end
endmodule

`default_nettype wire
