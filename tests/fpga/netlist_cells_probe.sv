// SPDX-License-Identifier: Apache-2.0
// The cells of fpga/netlist with buses for pins: block RAMs of several widths, each with enables of its
// own, and a multiplier.
`default_nettype none

module netlist_cells_probe #(
  parameter  int unsigned Registered = 0,  // a mode that the first block RAM refuses
  localparam int unsigned Rams       = 8
) (
  input  logic            clk_i,
  input  logic [Rams-1:0] enable_a_i,
  input  logic [Rams-1:0] enable_b_i,
  input  logic [Rams-1:0] write_a_i,
  input  logic [Rams-1:0] write_b_i,
  input  logic            reset_i,
  input  logic [13:0]     address_a_i,
  input  logic [13:0]     address_b_i,
  input  logic [17:0]     data_a_i,
  input  logic [17:0]     data_b_i,
  output logic [17:0]     data_a_o [Rams],
  output logic [17:0]     data_b_o [Rams],
  input  logic [17:0]     factor_a_i,
  input  logic [17:0]     factor_b_i,
  input  logic            signed_a_i,
  input  logic            signed_b_i,
  input  logic            chained_i,
  output logic [35:0]     product_o
);
  // The first three are tiny4's; the others read words by another width than they were written by.
  localparam int unsigned WidthA [Rams] = '{36, 18, 4, 36, 1, 2, 4, 9};
  localparam int unsigned WidthB [Rams] = '{36, 18, 4, 9, 18, 18, 18, 18};

  for (genvar i = 0; i < Rams; i++) begin : gen_ram
    localparam bit Old = i == 1 || i == 2;
    localparam bit New = i == 4;
    wire DIA17, DIA16, DIA15, DIA14, DIA13, DIA12, DIA11, DIA10, DIA9, DIA8, DIA7, DIA6, DIA5,
      DIA4, DIA3, DIA2, DIA1, DIA0;
    wire DIB17, DIB16, DIB15, DIB14, DIB13, DIB12, DIB11, DIB10, DIB9, DIB8, DIB7, DIB6, DIB5,
      DIB4, DIB3, DIB2, DIB1, DIB0;
    wire ADA13, ADA12, ADA11, ADA10, ADA9, ADA8, ADA7, ADA6, ADA5, ADA4, ADA3, ADA2, ADA1, ADA0;
    wire ADB13, ADB12, ADB11, ADB10, ADB9, ADB8, ADB7, ADB6, ADB5, ADB4, ADB3, ADB2, ADB1, ADB0;
    wire DOA17, DOA16, DOA15, DOA14, DOA13, DOA12, DOA11, DOA10, DOA9, DOA8, DOA7, DOA6, DOA5,
      DOA4, DOA3, DOA2, DOA1, DOA0;
    wire DOB17, DOB16, DOB15, DOB14, DOB13, DOB12, DOB11, DOB10, DOB9, DOB8, DOB7, DOB6, DOB5,
      DOB4, DOB3, DOB2, DOB1, DOB0;
    assign {DIA17, DIA16, DIA15, DIA14, DIA13, DIA12, DIA11, DIA10, DIA9, DIA8, DIA7, DIA6, DIA5,
      DIA4, DIA3, DIA2, DIA1, DIA0} = data_a_i;
    assign {DIB17, DIB16, DIB15, DIB14, DIB13, DIB12, DIB11, DIB10, DIB9, DIB8, DIB7, DIB6, DIB5,
      DIB4, DIB3, DIB2, DIB1, DIB0} = data_b_i;
    assign {ADA13, ADA12, ADA11, ADA10, ADA9, ADA8, ADA7, ADA6, ADA5, ADA4, ADA3, ADA2, ADA1,
      ADA0} = address_a_i;
    assign {ADB13, ADB12, ADB11, ADB10, ADB9, ADB8, ADB7, ADB6, ADB5, ADB4, ADB3, ADB2, ADB1,
      ADB0} = address_b_i;
    assign data_a_o[i] = {DOA17, DOA16, DOA15, DOA14, DOA13, DOA12, DOA11, DOA10, DOA9, DOA8,
      DOA7, DOA6, DOA5, DOA4, DOA3, DOA2, DOA1, DOA0};
    assign data_b_o[i] = {DOB17, DOB16, DOB15, DOB14, DOB13, DOB12, DOB11, DOB10, DOB9, DOB8,
      DOB7, DOB6, DOB5, DOB4, DOB3, DOB2, DOB1, DOB0};
    DP16KD #(
      .DATA_WIDTH_A(WidthA[i]),
      .DATA_WIDTH_B(WidthB[i]),
      .WRITEMODE_A(Old ? "READBEFOREWRITE" : New ? "WRITETHROUGH" : "NORMAL"),
      .WRITEMODE_B(Old ? "READBEFOREWRITE" : "NORMAL"),
      .REGMODE_A(Registered != 0 && i == 0 ? "OUTREG" : "NOREG"),
      .INITVAL_01(320'hABCDE_12345)
    ) u_ram (
      .CLKA(clk_i),
      .CLKB(clk_i),
      .CEA(enable_a_i[i]),
      .CEB(enable_b_i[i]),
      .WEA(write_a_i[i]),
      .WEB(write_b_i[i]),
      .OCEA(1'b1),
      .OCEB(1'b1),
      .RSTA(i == 0 && reset_i),
      .RSTB(1'b0),
      .CSA2(1'b0),
      .CSA1(1'b0),
      .CSA0(1'b0),
      .CSB2(1'b0),
      .CSB1(1'b0),
      .CSB0(1'b0),
      .*
    );
  end

  wire A17, A16, A15, A14, A13, A12, A11, A10, A9, A8, A7, A6, A5, A4, A3, A2, A1, A0;
  wire B17, B16, B15, B14, B13, B12, B11, B10, B9, B8, B7, B6, B5, B4, B3, B2, B1, B0;
  wire P35, P34, P33, P32, P31, P30, P29, P28, P27, P26, P25, P24, P23, P22, P21, P20, P19, P18,
    P17, P16, P15, P14, P13, P12, P11, P10, P9, P8, P7, P6, P5, P4, P3, P2, P1, P0;
  assign {A17, A16, A15, A14, A13, A12, A11, A10, A9, A8, A7, A6, A5, A4, A3, A2, A1,
    A0} = factor_a_i;
  assign {B17, B16, B15, B14, B13, B12, B11, B10, B9, B8, B7, B6, B5, B4, B3, B2, B1,
    B0} = factor_b_i;
  assign product_o = {P35, P34, P33, P32, P31, P30, P29, P28, P27, P26, P25, P24, P23, P22, P21,
    P20, P19, P18, P17, P16, P15, P14, P13, P12, P11, P10, P9, P8, P7, P6, P5, P4, P3, P2, P1,
    P0};
  wire C17, C16, C15, C14, C13, C12, C11, C10, C9, C8, C7, C6, C5, C4, C3, C2, C1, C0;
  assign {C17, C16, C15, C14, C13, C12, C11, C10, C9, C8, C7, C6, C5, C4, C3, C2, C1, C0} = '0;
  MULT18X18D u_multiplier (
    .SIGNEDA(signed_a_i),
    .SIGNEDB(signed_b_i),
    .SOURCEA(chained_i),
    .SOURCEB(1'b0),
    .*
  );
endmodule

`default_nettype wire
