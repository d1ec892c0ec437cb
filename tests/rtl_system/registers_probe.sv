// SPDX-License-Identifier: Apache-2.0
// The register block of base16 with what the test looks at on ports of its own.
`default_nettype none

module registers_probe (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         core_rst_ni,
  output logic         interrupt_o,
  input  logic [11:0]  s_axil_awaddr_i,
  input  logic         s_axil_awvalid_i,
  output logic         s_axil_awready_o,
  input  logic [31:0]  s_axil_wdata_i,
  input  logic [3:0]   s_axil_wstrb_i,
  input  logic         s_axil_wvalid_i,
  output logic         s_axil_wready_o,
  output logic [1:0]   s_axil_bresp_o,
  output logic         s_axil_bvalid_o,
  input  logic         s_axil_bready_i,
  input  logic [11:0]  s_axil_araddr_i,
  input  logic         s_axil_arvalid_i,
  output logic         s_axil_arready_o,
  output logic [31:0]  s_axil_rdata_o,
  output logic [1:0]   s_axil_rresp_o,
  output logic         s_axil_rvalid_o,
  input  logic         s_axil_rready_i,
  input  logic         busy_i,
  input  logic         done_i,
  input  logic         error_i,
  input  logic         settled_i,
  input  logic [7:0]   error_code_i,
  input  logic [31:0]  error_index_i,
  input  logic [63:0]  error_addr_i,
  input  logic         counter_clear_i,
  input  intformer_pkg::events_t events_i,
  input  logic [3:0]   load_cause_i,
  input  logic [3:0]   matmul_cause_i,
  input  logic [3:0]   vector_cause_i,
  input  logic [3:0]   store_cause_i,
  input  logic [3:0]   scalar_cause_i,
  input  logic [3:0]   dispatch_cause_i,
  output logic         start_o,
  output logic         reset_o,
  output logic [63:0]  program_addr_o,
  output logic [255:0] window_base_o,
  output logic [7:0]   window_permissions_o
);
  intformer_pkg::settings_t settings;
  intformer_pkg::pulses_t   pulses;
  intformer_pkg::readings_t readings;

  intformer_pkg::causes_t   causes;

  assign causes.load_cause = load_cause_i;
  assign causes.matmul_cause = matmul_cause_i;
  assign causes.vector_cause = vector_cause_i;
  assign causes.store_cause = store_cause_i;
  assign causes.scalar_cause = scalar_cause_i;
  assign causes.dispatch_cause = dispatch_cause_i;

  registers u_registers (.*, .causes_i(causes), .settings_o(settings), .pulses_o(pulses), .readings_i(readings));

  assign readings.status_busy      = busy_i;
  assign readings.status_done      = done_i;
  assign readings.status_error     = error_i;
  assign readings.status_interrupt = settled_i;
  assign readings.error_code       = error_code_i;
  assign readings.error_command    = error_index_i;
  assign readings.error_addr       = error_addr_i;

  assign start_o              = pulses.control_start;
  assign reset_o              = pulses.control_soft_reset;
  assign program_addr_o       = settings.program_addr;
  assign window_base_o        = settings.windows.base;
  assign window_permissions_o = settings.windows.permissions;

  logic unused;
  assign unused = ^settings;
endmodule

`default_nettype wire
