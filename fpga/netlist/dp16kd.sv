// SPDX-License-Identifier: Apache-2.0
// ECP5's block RAM as Yosys 0.70 maps to it: output registers off, rising edges,
// two ports of up to 18 bits, or one that writes (A) and one that reads (B), where 36 bits are
// allowed; resets are not used. Other modes end the simulation by name; parameters that are not declared
// are refused when the netlist is read. A word read while the other port writes it is the old one.
`default_nettype none

module DP16KD #(
  parameter DATA_WIDTH_A = 18,
  parameter DATA_WIDTH_B = 18,
  parameter REGMODE_A = "NOREG",
  parameter REGMODE_B = "NOREG",
  parameter RESETMODE = "SYNC",
  parameter ASYNC_RESET_RELEASE = "SYNC",
  parameter CSDECODE_A = "0b000",
  parameter CSDECODE_B = "0b000",
  parameter CLKAMUX = "CLKA",
  parameter CLKBMUX = "CLKB",
  parameter WRITEMODE_A = "NORMAL",
  parameter WRITEMODE_B = "NORMAL",
  parameter GSR = "AUTO",
  parameter [319:0] INITVAL_00 = 320'h0,
  parameter [319:0] INITVAL_01 = 320'h0,
  parameter [319:0] INITVAL_02 = 320'h0,
  parameter [319:0] INITVAL_03 = 320'h0,
  parameter [319:0] INITVAL_04 = 320'h0,
  parameter [319:0] INITVAL_05 = 320'h0,
  parameter [319:0] INITVAL_06 = 320'h0,
  parameter [319:0] INITVAL_07 = 320'h0,
  parameter [319:0] INITVAL_08 = 320'h0,
  parameter [319:0] INITVAL_09 = 320'h0,
  parameter [319:0] INITVAL_0A = 320'h0,
  parameter [319:0] INITVAL_0B = 320'h0,
  parameter [319:0] INITVAL_0C = 320'h0,
  parameter [319:0] INITVAL_0D = 320'h0,
  parameter [319:0] INITVAL_0E = 320'h0,
  parameter [319:0] INITVAL_0F = 320'h0,
  parameter [319:0] INITVAL_10 = 320'h0,
  parameter [319:0] INITVAL_11 = 320'h0,
  parameter [319:0] INITVAL_12 = 320'h0,
  parameter [319:0] INITVAL_13 = 320'h0,
  parameter [319:0] INITVAL_14 = 320'h0,
  parameter [319:0] INITVAL_15 = 320'h0,
  parameter [319:0] INITVAL_16 = 320'h0,
  parameter [319:0] INITVAL_17 = 320'h0,
  parameter [319:0] INITVAL_18 = 320'h0,
  parameter [319:0] INITVAL_19 = 320'h0,
  parameter [319:0] INITVAL_1A = 320'h0,
  parameter [319:0] INITVAL_1B = 320'h0,
  parameter [319:0] INITVAL_1C = 320'h0,
  parameter [319:0] INITVAL_1D = 320'h0,
  parameter [319:0] INITVAL_1E = 320'h0,
  parameter [319:0] INITVAL_1F = 320'h0,
  parameter [319:0] INITVAL_20 = 320'h0,
  parameter [319:0] INITVAL_21 = 320'h0,
  parameter [319:0] INITVAL_22 = 320'h0,
  parameter [319:0] INITVAL_23 = 320'h0,
  parameter [319:0] INITVAL_24 = 320'h0,
  parameter [319:0] INITVAL_25 = 320'h0,
  parameter [319:0] INITVAL_26 = 320'h0,
  parameter [319:0] INITVAL_27 = 320'h0,
  parameter [319:0] INITVAL_28 = 320'h0,
  parameter [319:0] INITVAL_29 = 320'h0,
  parameter [319:0] INITVAL_2A = 320'h0,
  parameter [319:0] INITVAL_2B = 320'h0,
  parameter [319:0] INITVAL_2C = 320'h0,
  parameter [319:0] INITVAL_2D = 320'h0,
  parameter [319:0] INITVAL_2E = 320'h0,
  parameter [319:0] INITVAL_2F = 320'h0,
  parameter [319:0] INITVAL_30 = 320'h0,
  parameter [319:0] INITVAL_31 = 320'h0,
  parameter [319:0] INITVAL_32 = 320'h0,
  parameter [319:0] INITVAL_33 = 320'h0,
  parameter [319:0] INITVAL_34 = 320'h0,
  parameter [319:0] INITVAL_35 = 320'h0,
  parameter [319:0] INITVAL_36 = 320'h0,
  parameter [319:0] INITVAL_37 = 320'h0,
  parameter [319:0] INITVAL_38 = 320'h0,
  parameter [319:0] INITVAL_39 = 320'h0,
  parameter [319:0] INITVAL_3A = 320'h0,
  parameter [319:0] INITVAL_3B = 320'h0,
  parameter [319:0] INITVAL_3C = 320'h0,
  parameter [319:0] INITVAL_3D = 320'h0,
  parameter [319:0] INITVAL_3E = 320'h0,
  parameter [319:0] INITVAL_3F = 320'h0
) (
  input wire DIA17, DIA16, DIA15, DIA14, DIA13, DIA12, DIA11, DIA10, DIA9, DIA8, DIA7, DIA6, DIA5, DIA4, DIA3, DIA2, DIA1, DIA0,
  input wire ADA13, ADA12, ADA11, ADA10, ADA9, ADA8, ADA7, ADA6, ADA5, ADA4, ADA3, ADA2, ADA1, ADA0,
  input wire CEA, OCEA, CLKA, WEA, RSTA, CSA2, CSA1, CSA0,
  output wire DOA17, DOA16, DOA15, DOA14, DOA13, DOA12, DOA11, DOA10, DOA9, DOA8, DOA7, DOA6, DOA5, DOA4, DOA3, DOA2, DOA1, DOA0,
  input wire DIB17, DIB16, DIB15, DIB14, DIB13, DIB12, DIB11, DIB10, DIB9, DIB8, DIB7, DIB6, DIB5, DIB4, DIB3, DIB2, DIB1, DIB0,
  input wire ADB13, ADB12, ADB11, ADB10, ADB9, ADB8, ADB7, ADB6, ADB5, ADB4, ADB3, ADB2, ADB1, ADB0,
  input wire CEB, OCEB, CLKB, WEB, RSTB, CSB2, CSB1, CSB0,
  output wire DOB17, DOB16, DOB15, DOB14, DOB13, DOB12, DOB11, DOB10, DOB9, DOB8, DOB7, DOB6, DOB5, DOB4, DOB3, DOB2, DOB1, DOB0
);
  localparam [64*320-1:0] Init = {
    INITVAL_3F, INITVAL_3E, INITVAL_3D, INITVAL_3C, INITVAL_3B, INITVAL_3A, INITVAL_39, INITVAL_38,
    INITVAL_37, INITVAL_36, INITVAL_35, INITVAL_34, INITVAL_33, INITVAL_32, INITVAL_31, INITVAL_30,
    INITVAL_2F, INITVAL_2E, INITVAL_2D, INITVAL_2C, INITVAL_2B, INITVAL_2A, INITVAL_29, INITVAL_28,
    INITVAL_27, INITVAL_26, INITVAL_25, INITVAL_24, INITVAL_23, INITVAL_22, INITVAL_21, INITVAL_20,
    INITVAL_1F, INITVAL_1E, INITVAL_1D, INITVAL_1C, INITVAL_1B, INITVAL_1A, INITVAL_19, INITVAL_18,
    INITVAL_17, INITVAL_16, INITVAL_15, INITVAL_14, INITVAL_13, INITVAL_12, INITVAL_11, INITVAL_10,
    INITVAL_0F, INITVAL_0E, INITVAL_0D, INITVAL_0C, INITVAL_0B, INITVAL_0A, INITVAL_09, INITVAL_08,
    INITVAL_07, INITVAL_06, INITVAL_05, INITVAL_04, INITVAL_03, INITVAL_02, INITVAL_01, INITVAL_00
  };
  // Words of two bytes of 9 bits; narrow ports use 8 bits of each.
  reg [17:0] mem [1024];
  reg [17:0] doa, dob;
  wire [13:0] ada = {ADA13, ADA12, ADA11, ADA10, ADA9, ADA8, ADA7, ADA6, ADA5, ADA4, ADA3, ADA2, ADA1, ADA0};
  wire [13:0] adb = {ADB13, ADB12, ADB11, ADB10, ADB9, ADB8, ADB7, ADB6, ADB5, ADB4, ADB3, ADB2, ADB1, ADB0};
  wire [17:0] dia = {DIA17, DIA16, DIA15, DIA14, DIA13, DIA12, DIA11, DIA10, DIA9, DIA8, DIA7, DIA6, DIA5, DIA4, DIA3, DIA2, DIA1, DIA0};
  wire [17:0] dib = {DIB17, DIB16, DIB15, DIB14, DIB13, DIB12, DIB11, DIB10, DIB9, DIB8, DIB7, DIB6, DIB5, DIB4, DIB3, DIB2, DIB1, DIB0};
  assign {DOA17, DOA16, DOA15, DOA14, DOA13, DOA12, DOA11, DOA10, DOA9, DOA8, DOA7, DOA6, DOA5, DOA4, DOA3, DOA2, DOA1, DOA0} = doa;
  assign {DOB17, DOB16, DOB15, DOB14, DOB13, DOB12, DOB11, DOB10, DOB9, DOB8, DOB7, DOB6, DOB5, DOB4, DOB3, DOB2, DOB1, DOB0} = dob;

  initial begin
    for (int i = 0; i < 1024; i++) mem[i] = Init[i/16*320+i%16*20+:18];
    doa = 0;
    dob = 0;
    if (!(DATA_WIDTH_A inside {1, 2, 4, 9, 18, 36}) || !(DATA_WIDTH_B inside {1, 2, 4, 9, 18, 36}))
      $fatal(1, "DP16KD: DATA_WIDTH is not modelled");
    if (DATA_WIDTH_A <= 18 && DATA_WIDTH_B == 36) $fatal(1, "DP16KD: 36 bits read of a narrower write are not modelled");
    if (REGMODE_A != "NOREG" || REGMODE_B != "NOREG") $fatal(1, "DP16KD: REGMODE is not modelled");
    if (CSDECODE_A != "0b000" || CSDECODE_B != "0b000") $fatal(1, "DP16KD: CSDECODE is not modelled");
    if (CLKAMUX != "CLKA" || CLKBMUX != "CLKB") $fatal(1, "DP16KD: falling edges are not modelled");
  end

  always_comb begin
    if (RSTA || RSTB) $fatal(1, "DP16KD: RSTA and RSTB are not modelled");
    if (DATA_WIDTH_A == 36 && WEB) $fatal(1, "DP16KD: WEB is not modelled where A writes 36 bits");
  end

  function automatic int unsigned place(int width, logic [13:0] address);
    case (width)
      1: return 9 * address[3] + 32'(address[2:0]);
      2: return 9 * address[3] + 2 * 32'(address[2:1]);
      4: return 9 * address[3] + 4 * 32'(address[2]);
      9: return 9 * address[3];
      default: return 0;
    endcase
  endfunction
  function automatic logic [17:0] written(int width, logic [13:0] address, logic [17:0] old,
                                          logic [17:0] data);
    logic [17:0] mask;
    if (width == 18) mask = {{9{address[1]}}, {9{address[0]}}};
    else mask = ((18'd1 << width) - 18'd1) << place(width, address);
    return (old & ~mask) | (data << place(width, address) & mask);
  endfunction
  function automatic logic [17:0] shown(int width, logic [13:0] address, logic [17:0] word);
    return word >> place(width, address) & 18'((32'd1 << width) - 32'd1);
  endfunction

  if (DATA_WIDTH_A == 36) begin : gen_wide_write
    always @(posedge CLKA)
      if (CEA && WEA && {CSA2, CSA1, CSA0} == 0) begin
        mem[{ada[13:5], 1'b0}] <= written(18, ada, mem[{ada[13:5], 1'b0}], dia);
        mem[{ada[13:5], 1'b1}] <= written(18, ada >> 2, mem[{ada[13:5], 1'b1}], dib);
      end
  end else begin : gen_a
    wire [17:0] old = mem[ada[13:4]];
    wire [17:0] next = written(DATA_WIDTH_A, ada, old, dia);
    always @(posedge CLKA)
      if (CEA && {CSA2, CSA1, CSA0} == 0) begin
        if (WEA) mem[ada[13:4]] <= next;
        if (!WEA || WRITEMODE_A == "READBEFOREWRITE") doa <= shown(DATA_WIDTH_A, ada, old);
        else if (WRITEMODE_A == "WRITETHROUGH") doa <= shown(DATA_WIDTH_A, ada, next);
      end
  end
  if (DATA_WIDTH_B == 36) begin : gen_wide_read
    always @(posedge CLKB)
      if (CEB && {CSB2, CSB1, CSB0} == 0) {dob, doa} <= {mem[{adb[13:5], 1'b1}], mem[{adb[13:5], 1'b0}]};
  end else begin : gen_b
    wire [17:0] old = mem[adb[13:4]];
    wire [17:0] next = written(DATA_WIDTH_B, adb, old, dib);
    always @(posedge CLKB)
      if (CEB && {CSB2, CSB1, CSB0} == 0) begin
        if (WEB) mem[adb[13:4]] <= next;
        if (!WEB || WRITEMODE_B == "READBEFOREWRITE") dob <= shown(DATA_WIDTH_B, adb, old);
        else if (WRITEMODE_B == "WRITETHROUGH") dob <= shown(DATA_WIDTH_B, adb, next);
      end
  end
endmodule

`default_nettype wire
