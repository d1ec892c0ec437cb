// SPDX-License-Identifier: Apache-2.0
// The device: an AXI4-Lite slave for its registers, an AXI4 master for program and data, an
// interrupt.
//
// Contract: the host writes program and data to memory, sets windows, program address and length,
//   and starts; the device raises its interrupt when it is done or has stopped with an error. All
//   memory accesses stay inside the windows. The event pins tell which command of which queue
//   (load, matmul, vector, store) starts and ends; leave them open on a board.
// Timing: one clock; every AXI output comes from a register or a register file.
`default_nettype none

module intformer_top #(
  localparam int unsigned AddressBits = intformer_pkg::AddressBits,
  localparam int unsigned BusBytes    = intformer_pkg::BusBytes
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  output logic                   interrupt_o,

  input  logic [11:0]            s_axil_awaddr_i,
  input  logic                   s_axil_awvalid_i,
  output logic                   s_axil_awready_o,
  input  logic [31:0]            s_axil_wdata_i,
  input  logic [3:0]             s_axil_wstrb_i,
  input  logic                   s_axil_wvalid_i,
  output logic                   s_axil_wready_o,
  output logic [1:0]             s_axil_bresp_o,
  output logic                   s_axil_bvalid_o,
  input  logic                   s_axil_bready_i,
  input  logic [11:0]            s_axil_araddr_i,
  input  logic                   s_axil_arvalid_i,
  output logic                   s_axil_arready_o,
  output logic [31:0]            s_axil_rdata_o,
  output logic [1:0]             s_axil_rresp_o,
  output logic                   s_axil_rvalid_o,
  input  logic                   s_axil_rready_i,

  output logic [0:0]             m_axi_arid_o,
  output logic [AddressBits-1:0] m_axi_araddr_o,
  output logic [7:0]             m_axi_arlen_o,
  output logic [2:0]             m_axi_arsize_o,
  output logic [1:0]             m_axi_arburst_o,
  output logic                   m_axi_arvalid_o,
  input  logic                   m_axi_arready_i,
  input  logic [0:0]             m_axi_rid_i,
  input  logic [BusBytes*8-1:0]  m_axi_rdata_i,
  input  logic [1:0]             m_axi_rresp_i,
  input  logic                   m_axi_rlast_i,
  input  logic                   m_axi_rvalid_i,
  output logic                   m_axi_rready_o,
  output logic [0:0]             m_axi_awid_o,
  output logic [AddressBits-1:0] m_axi_awaddr_o,
  output logic [7:0]             m_axi_awlen_o,
  output logic [2:0]             m_axi_awsize_o,
  output logic [1:0]             m_axi_awburst_o,
  output logic                   m_axi_awvalid_o,
  input  logic                   m_axi_awready_i,
  output logic [BusBytes*8-1:0]  m_axi_wdata_o,
  output logic [BusBytes-1:0]    m_axi_wstrb_o,
  output logic                   m_axi_wlast_o,
  output logic                   m_axi_wvalid_o,
  input  logic                   m_axi_wready_i,
  input  logic [0:0]             m_axi_bid_i,
  input  logic [1:0]             m_axi_bresp_i,
  input  logic                   m_axi_bvalid_i,
  output logic                   m_axi_bready_o,

  output logic [3:0]             event_start_o,
  output logic [4*32-1:0]        event_start_index_o,
  output logic [3:0]             event_done_o,
  output logic [4*32-1:0]        event_done_index_o
);
  localparam int unsigned Dim = intformer_pkg::Dim;

  // Bits and slices of per-queue vectors.
  localparam int unsigned Load = intformer_pkg::QueueLoad, Matmul = intformer_pkg::QueueMatmul,
                          Vector = intformer_pkg::QueueVector, Store = intformer_pkg::QueueStore;

  // Run control, registers.
  logic core_rst_n, start, halt, clear, busy, done, failed, stopped, settled, finish;
  logic quiet_q, fetch_idle, load_idle, store_idle;
  logic [31:0] commands_q;
  intformer_pkg::error_t kept_error;

  intformer_pkg::settings_t settings;
  intformer_pkg::pulses_t   pulses;
  intformer_pkg::readings_t readings;

  intformer_pkg::window_limits_t limits;
  window_limits u_limits (
    .clk_i,
    .windows_i(settings.windows),
    .limits_o(limits)
  );

  intformer_pkg::events_t events;
  intformer_pkg::causes_t causes;

  always_ff @(posedge clk_i) quiet_q <= fetch_idle && load_idle && store_idle && !m_axi_arvalid_o;

  run_control u_control (
    .clk_i,
    .rst_ni,
    .start_request_i(pulses.control_start),
    .reset_request_i(pulses.control_soft_reset),
    .finish_i(finish),
    .failed_i(failed),
    .quiet_i(quiet_q),
    .core_rst_no(core_rst_n),
    .start_o(start),
    .halt_o(halt),
    .clear_o(clear),
    .busy_o(busy),
    .done_o(done),
    .error_o(stopped),
    .settled_o(settled)
  );

  registers u_registers (
    .clk_i,
    .rst_ni,
    .core_rst_ni(core_rst_n),
    .interrupt_o,
    .s_axil_awaddr_i,
    .s_axil_awvalid_i,
    .s_axil_awready_o,
    .s_axil_wdata_i,
    .s_axil_wstrb_i,
    .s_axil_wvalid_i,
    .s_axil_wready_o,
    .s_axil_bresp_o,
    .s_axil_bvalid_o,
    .s_axil_bready_i,
    .s_axil_araddr_i,
    .s_axil_arvalid_i,
    .s_axil_arready_o,
    .s_axil_rdata_o,
    .s_axil_rresp_o,
    .s_axil_rvalid_o,
    .s_axil_rready_i,
    .counter_clear_i(clear),
    .events_i(events),
    .causes_i(causes),
    .settings_o(settings),
    .pulses_o(pulses),
    .readings_i(readings)
  );
  assign readings.status_busy      = busy;
  assign readings.status_done      = done;
  assign readings.status_error     = stopped;
  assign readings.status_interrupt = settled;
  assign readings.error_code       = kept_error.code;
  assign readings.error_command    = kept_error.index;
  assign readings.error_addr       = kept_error.addr;

  // Fetch and dispatch.
  logic fetched_valid, fetched_ready, scalar_busy;
  logic [511:0] fetched;
  intformer_pkg::load_command_t   load_command;
  intformer_pkg::matmul_command_t matmul_command;
  intformer_pkg::vector_command_t vector_command;
  intformer_pkg::store_command_t  store_command;
  logic [31:0] fetched_index;
  logic [3:0] issue_valid, issue_ready, done_valid, wait_event, unit_busy;
  logic [127:0] issue_index, done_index;
  logic [7:0]   wait_from;
  logic [15:0]  done_signal;
  intformer_pkg::done_t load_done;
  intformer_pkg::done_t matmul_done;
  intformer_pkg::done_t vector_done;
  intformer_pkg::done_t store_done;

  logic fetch_ar_valid, fetch_ar_ready, fetch_r_valid, fetch_r_ready;
  intformer_pkg::axi_request_t fetch_ar;
  intformer_pkg::axi_read_t    r;  // of both read clients
  assign r.data = m_axi_rdata_i;
  assign r.resp = m_axi_rresp_i;
  assign r.last = m_axi_rlast_i;

  // Error sources, first in order of precedence: fetch, dispatch, the four units.
  localparam int unsigned Sources = 6;
  logic [Sources-1:0] error_valids;
  intformer_pkg::error_t fetch_error;
  intformer_pkg::error_t dispatch_error;
  intformer_pkg::error_t load_error;
  intformer_pkg::error_t store_error;
  intformer_pkg::error_t matmul_error;
  intformer_pkg::error_t vector_error;

  first_error #(
    .Sources(Sources)
  ) u_error (
    .clk_i,
    .rst_ni,
    .enable_i(busy),
    .clear_i(clear),
    .valid_i(error_valids),
    .errors_i({
      vector_error, matmul_error, store_error, load_error, dispatch_error, fetch_error
    }),
    .failed_o(failed),
    .error_o(kept_error)
  );

  // The length of the program that runs: the register may be set for the next one. (Its address is
  // taken by fetch in the same cycle.)
  always_ff @(posedge clk_i) if (clear) commands_q <= settings.program_commands;

  fetch_unit u_fetch (
    .clk_i,
    .rst_ni(core_rst_n),
    .halt_i(halt),
    .clear_i(clear),
    .start_i(start),
    .stop_i(finish),
    .idle_o(fetch_idle),
    .program_addr_i(settings.program_addr),
    .program_commands_i(commands_q),
    .command_valid_o(fetched_valid),
    .command_ready_i(fetched_ready),
    .command_o(fetched),
    .command_index_o(fetched_index),
    .error_valid_o(error_valids[0]),
    .error_o(fetch_error),
    .limits_i(limits),
    .ar_valid_o(fetch_ar_valid),
    .ar_ready_i(fetch_ar_ready),
    .ar_o(fetch_ar),
    .r_valid_i(fetch_r_valid),
    .r_ready_o(fetch_r_ready),
    .r_i(r)
  );

  dispatch u_dispatch (
    .clk_i,
    .rst_ni(core_rst_n),
    .halt_i(halt),
    .start_i(start),
    .finish_o(finish),
    .program_commands_i(commands_q),
    .command_valid_i(fetched_valid),
    .command_ready_o(fetched_ready),
    .command_i(fetched),
    .command_index_i(fetched_index),
    .issue_valid_o(issue_valid),
    .issue_ready_i(issue_ready),
    .issue_index_o(issue_index),
    .load_command_o(load_command),
    .matmul_command_o(matmul_command),
    .vector_command_o(vector_command),
    .store_command_o(store_command),
    .done_valid_i(done_valid),
    .done_signal_i(done_signal),
    .done_index_i(done_index),
    .scalar_busy_i(scalar_busy),
    .wait_event_o(wait_event),
    .wait_from_o(wait_from),
    .cause_o(causes.dispatch_cause),
    .error_valid_o(error_valids[1]),
    .error_o(dispatch_error)
  );

  assign done_signal = {
    store_done.signal, vector_done.signal, matmul_done.signal, load_done.signal
  };
  assign done_index = {store_done.index, vector_done.index, matmul_done.index, load_done.index};
  assign event_start_o       = issue_valid & issue_ready;
  assign event_start_index_o = issue_index;
  assign event_done_o        = done_valid;
  assign event_done_index_o  = done_index;

  // Load and store.
  logic load_ar_valid, load_ar_ready, load_r_valid, load_r_ready;
  intformer_pkg::axi_request_t load_ar;
  logic load_write_valid, load_write_ready;
  logic [23:0]            load_write_addr;
  logic [Dim*8-1:0]       load_write_data;

  load_unit u_load (
    .clk_i,
    .rst_ni(core_rst_n),
    .halt_i(halt),
    .busy_o(unit_busy[Load]),
    .idle_o(load_idle),
    .command_valid_i(issue_valid[Load]),
    .command_ready_o(issue_ready[Load]),
    .command_i(load_command),
    .command_index_i(issue_index[Load*32 +: 32]),
    .done_valid_o(done_valid[Load]),
    .done_o(load_done),
    .error_valid_o(error_valids[2]),
    .error_o(load_error),
    .limits_i(limits),
    .ar_valid_o(load_ar_valid),
    .ar_ready_i(load_ar_ready),
    .ar_o(load_ar),
    .r_valid_i(load_r_valid),
    .r_ready_o(load_r_ready),
    .r_i(r),
    .write_valid_o(load_write_valid),
    .write_ready_i(load_write_ready),
    .write_addr_o(load_write_addr),
    .write_data_o(load_write_data)
  );

  intformer_pkg::axi_request_t ar;
  axi_read_mux u_read_mux (
    .clk_i,
    .rst_ni,
    .fetch_ar_valid_i(fetch_ar_valid),
    .fetch_ar_ready_o(fetch_ar_ready),
    .fetch_ar_i(fetch_ar),
    .load_ar_valid_i(load_ar_valid),
    .load_ar_ready_o(load_ar_ready),
    .load_ar_i(load_ar),
    .fetch_r_valid_o(fetch_r_valid),
    .fetch_r_ready_i(fetch_r_ready),
    .load_r_valid_o(load_r_valid),
    .load_r_ready_i(load_r_ready),
    .ar_valid_o(m_axi_arvalid_o),
    .ar_ready_i(m_axi_arready_i),
    .ar_id_o(m_axi_arid_o),
    .ar_o(ar),
    .r_valid_i(m_axi_rvalid_i),
    .r_ready_o(m_axi_rready_o),
    .r_id_i(m_axi_rid_i)
  );
  localparam logic [1:0] BurstIncrement = 2'b01;
  assign m_axi_araddr_o  = ar.addr;
  assign m_axi_arlen_o   = ar.length;
  assign m_axi_arsize_o  = 3'($clog2(BusBytes));
  assign m_axi_arburst_o = BurstIncrement;

  logic store_req_valid, store_req_ready, store_rsp_valid, store_word_event;
  logic [23:0]      store_req_addr;
  logic [Dim*8-1:0] store_rsp_data;

  intformer_pkg::axi_request_t aw;
  intformer_pkg::axi_write_t   w;
  store_unit u_store (
    .clk_i,
    .rst_ni(core_rst_n),
    .halt_i(halt),
    .busy_o(unit_busy[Store]),
    .idle_o(store_idle),
    .word_event_o(store_word_event),
    .command_valid_i(issue_valid[Store]),
    .command_ready_o(issue_ready[Store]),
    .command_i(store_command),
    .command_index_i(issue_index[Store*32 +: 32]),
    .done_valid_o(done_valid[Store]),
    .done_o(store_done),
    .error_valid_o(error_valids[3]),
    .error_o(store_error),
    .limits_i(limits),
    .aw_valid_o(m_axi_awvalid_o),
    .aw_ready_i(m_axi_awready_i),
    .aw_o(aw),
    .w_valid_o(m_axi_wvalid_o),
    .w_ready_i(m_axi_wready_i),
    .w_o(w),
    .b_valid_i(m_axi_bvalid_i),
    .b_ready_o(m_axi_bready_o),
    .b_resp_i(m_axi_bresp_i),
    .read_req_valid_o(store_req_valid),
    .read_req_ready_i(store_req_ready),
    .read_req_addr_o(store_req_addr),
    .read_rsp_valid_i(store_rsp_valid),
    .read_rsp_data_i(store_rsp_data)
  );
  assign m_axi_awid_o    = 1'b0;
  assign m_axi_awaddr_o  = aw.addr;
  assign m_axi_awlen_o   = aw.length;
  assign m_axi_awsize_o  = 3'($clog2(BusBytes));
  assign m_axi_awburst_o = BurstIncrement;
  assign m_axi_wdata_o   = w.data;
  assign m_axi_wstrb_o   = w.strobe;
  assign m_axi_wlast_o   = w.last;

  // Matmul and vector.
  logic a_req_valid, a_req_ready, a_rsp_valid, b_req_valid, b_req_ready, b_rsp_valid;
  logic [23:0] a_req_addr, b_req_addr, acc_addr;
  logic [Dim*8-1:0] a_rsp_data, b_rsp_data;
  logic acc_valid, acc_accumulate, row_event, array_wait_event, row_hold;
  logic [Dim*32-1:0] acc_data;

  matmul_unit u_matmul (
    .clk_i,
    .rst_ni(core_rst_n),
    .halt_i(halt),
    .busy_o(unit_busy[Matmul]),
    .command_valid_i(issue_valid[Matmul]),
    .command_ready_o(issue_ready[Matmul]),
    .command_i(matmul_command),
    .command_index_i(issue_index[Matmul*32 +: 32]),
    .done_valid_o(done_valid[Matmul]),
    .done_o(matmul_done),
    .error_valid_o(error_valids[4]),
    .error_o(matmul_error),
    .a_req_valid_o(a_req_valid),
    .a_req_ready_i(a_req_ready),
    .a_req_addr_o(a_req_addr),
    .a_rsp_valid_i(a_rsp_valid),
    .a_rsp_data_i(a_rsp_data),
    .b_req_valid_o(b_req_valid),
    .b_req_ready_i(b_req_ready),
    .b_req_addr_o(b_req_addr),
    .b_rsp_valid_i(b_rsp_valid),
    .b_rsp_data_i(b_rsp_data),
    .acc_valid_o(acc_valid),
    .acc_addr_o(acc_addr),
    .acc_accumulate_o(acc_accumulate),
    .acc_data_o(acc_data),
    .row_event_o(row_event),
    .wait_event_o(array_wait_event),
    .hold_event_o(row_hold)
  );

  logic acc_req_valid, acc_req_ready, acc_rsp_valid;
  logic [23:0]       acc_req_addr;
  logic [Dim*32-1:0] acc_rsp_data;

  accumulator u_accumulator (
    .clk_i,
    .rst_ni(core_rst_n),
    .acc_valid_i(acc_valid),
    .acc_addr_i(acc_addr),
    .acc_accumulate_i(acc_accumulate),
    .acc_data_i(acc_data),
    .read_req_valid_i(acc_req_valid),
    .read_req_ready_o(acc_req_ready),
    .read_req_addr_i(acc_req_addr),
    .read_rsp_valid_o(acc_rsp_valid),
    .read_rsp_data_o(acc_rsp_data)
  );

  logic vector_req_valid, vector_req_ready, vector_rsp_valid;
  logic vector_write_valid, vector_write_ready, vector_beat, scalar_wait;
  logic [23:0] vector_req_addr, vector_write_addr;
  logic [Dim*8-1:0] vector_rsp_data, vector_write_data;

  vector_unit u_vector (
    .clk_i,
    .rst_ni(core_rst_n),
    .halt_i(halt),
    .busy_o(unit_busy[Vector]),
    .command_valid_i(issue_valid[Vector]),
    .command_ready_o(issue_ready[Vector]),
    .command_i(vector_command),
    .command_index_i(issue_index[Vector*32 +: 32]),
    .done_valid_o(done_valid[Vector]),
    .done_o(vector_done),
    .error_valid_o(error_valids[5]),
    .error_o(vector_error),
    .acc_req_valid_o(acc_req_valid),
    .acc_req_ready_i(acc_req_ready),
    .acc_req_addr_o(acc_req_addr),
    .acc_rsp_valid_i(acc_rsp_valid),
    .acc_rsp_data_i(acc_rsp_data),
    .read_req_valid_o(vector_req_valid),
    .read_req_ready_i(vector_req_ready),
    .read_req_addr_o(vector_req_addr),
    .read_rsp_valid_i(vector_rsp_valid),
    .read_rsp_data_i(vector_rsp_data),
    .write_valid_o(vector_write_valid),
    .write_ready_i(vector_write_ready),
    .write_addr_o(vector_write_addr),
    .write_data_o(vector_write_data),
    .scalar_busy_o(scalar_busy),
    .beat_event_o(vector_beat),
    .scalar_wait_event_o(scalar_wait)
  );

  scratchpad u_scratchpad (
    .clk_i,
    .rst_ni(core_rst_n),
    .a_req_valid_i(a_req_valid),
    .a_req_ready_o(a_req_ready),
    .a_req_addr_i(a_req_addr),
    .a_rsp_valid_o(a_rsp_valid),
    .a_rsp_data_o(a_rsp_data),
    .b_req_valid_i(b_req_valid),
    .b_req_ready_o(b_req_ready),
    .b_req_addr_i(b_req_addr),
    .b_rsp_valid_o(b_rsp_valid),
    .b_rsp_data_o(b_rsp_data),
    .vector_req_valid_i(vector_req_valid),
    .vector_req_ready_o(vector_req_ready),
    .vector_req_addr_i(vector_req_addr),
    .vector_rsp_valid_o(vector_rsp_valid),
    .vector_rsp_data_o(vector_rsp_data),
    .store_req_valid_i(store_req_valid),
    .store_req_ready_o(store_req_ready),
    .store_req_addr_i(store_req_addr),
    .store_rsp_valid_o(store_rsp_valid),
    .store_rsp_data_o(store_rsp_data),
    .vector_write_valid_i(vector_write_valid),
    .vector_write_ready_o(vector_write_ready),
    .vector_write_addr_i(vector_write_addr),
    .vector_write_data_i(vector_write_data),
    .load_write_valid_i(load_write_valid),
    .load_write_ready_o(load_write_ready),
    .load_write_addr_i(load_write_addr),
    .load_write_data_i(load_write_data)
  );

  // Where every unit's time goes.
  unit_causes u_causes (
    .unit_busy_i(unit_busy),
    .head_i(issue_valid | wait_event),
    .wait_i(wait_event),
    .wait_from_i(wait_from),
    .load_write_i(load_write_valid),
    .load_ready_i(load_write_ready),
    .row_i(row_event),
    .weights_wait_i(array_wait_event),
    .row_wait_i(a_req_valid),
    .row_hold_i(row_hold),
    .beat_i(vector_beat),
    .vector_move_i(acc_req_valid || vector_req_valid || vector_write_valid),
    .vector_port_i((acc_req_valid && !acc_req_ready) || (vector_req_valid && !vector_req_ready) ||
                   (vector_write_valid && !vector_write_ready)),
    .scalar_wait_i(scalar_wait),
    .scalar_busy_i(scalar_busy),
    .store_word_i(store_word_event),
    .store_port_i(store_req_valid && !store_req_ready),
    .store_bus_i(m_axi_wvalid_o && !m_axi_wready_i),
    .load_cause_o(causes.load_cause),
    .matmul_cause_o(causes.matmul_cause),
    .vector_cause_o(causes.vector_cause),
    .store_cause_o(causes.store_cause),
    .scalar_cause_o(causes.scalar_cause)
  );

  // What every counter adds in this cycle: bytes by the beat and by the word.
  assign events.cycles      = 1'b1;
  assign events.commands    = 3'(done_valid[0]) + 3'(done_valid[1]) + 3'(done_valid[2]) +
                              3'(done_valid[3]) + 3'(finish);
  assign events.array_rows  = row_event;
  assign events.array_wait  = array_wait_event;
  assign events.load_busy   = unit_busy[Load];
  assign events.matmul_busy = unit_busy[Matmul];
  assign events.vector_busy = unit_busy[Vector];
  assign events.store_busy  = unit_busy[Store];
  assign events.scalar_busy = scalar_busy;
  assign events.load_wait   = wait_event[Load];
  assign events.matmul_wait = wait_event[Matmul];
  assign events.vector_wait = wait_event[Vector];
  assign events.store_wait  = wait_event[Store];
  assign events.read_bytes  = m_axi_rvalid_i && m_axi_rready_o;
  assign events.write_bytes = store_word_event;

  logic unused;
  assign unused = ^{m_axi_bid_i, settings.interrupt_enable};
endmodule

`default_nettype wire
