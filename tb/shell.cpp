// The simulation shell: compiled together with one verilated device into a shared library. All that
// happens every cycle happens here, without a virtual call or a look at the host.

#include <verilated.h>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "Vdevice.h"
#include "tb/axi_memory.hpp"
#include "tb/device_abi.h"

#if VM_TRACE
#include <verilated_fst_c.h>
#endif
#if VM_COVERAGE
#include <verilated_cov.h>
#endif

using intformer::tb::AxiMemory;

struct sim_device {
  explicit sim_device(uint64_t powerUp) : context(std::make_unique<VerilatedContext>()) {
#if VM_TRACE
    context->traceEverOn(true);
#endif
    context->fatalOnError(false);
    context->randReset(powerUp == 0 ? 0 : 2);
    context->randSeed(static_cast<int>(powerUp % 0x7fffffff));
    context->assertOn(false);  // until the first reset is over: before, nothing need hold
    top = std::make_unique<Vdevice>(context.get());
    memory = std::make_unique<AxiMemory<Vdevice>>(*top);
    idle();
    top->clk_i = 0;
    top->eval();
  }
  ~sim_device() {
#if VM_TRACE
    if (wave) wave->close();
#endif
    top->final();
  }

  /// One clock cycle: agents look at the pins of the cycle and set those of the next, which the
  /// device sees from the edge on (sim_top.sv).
  void step() {
    if (memory->sample(now)) lastMove = now;
    if ((top->event_start_o | top->event_done_o) != 0) record();
    memory->drive(now + 1);
    edge();
  }

  sim_stop run(uint64_t cycles) {
    lastMove = now;
    text.clear();
    for (const uint64_t end = now + cycles; now != end; step()) {
      if (!memory->violation().empty() || context->errorCount() != 0) {
        text = memory->violation().empty() ? "an assertion of the design failed"
                                           : memory->violation();
        return SIM_PROTOCOL;
      }
      if (top->interrupt_o) return SIM_INTERRUPT;
      if (now - lastMove > watchdog) {
        text = "nothing moved for " + std::to_string(watchdog) + " cycles; " + memory->pending();
        return SIM_WATCHDOG;
      }
    }
    return top->interrupt_o ? SIM_INTERRUPT : SIM_BUDGET;
  }

  int read(uint32_t offset, uint32_t* value) {
    top->s_axil_araddr_i = static_cast<uint16_t>(offset);
    top->s_axil_arvalid_i = 1;
    top->s_axil_rready_i = 1;
    step();
    int response = -1;
    for (uint32_t i = 0; i < kRegisterBudget && response < 0; ++i) {
      if (top->s_axil_rvalid_o) {
        *value = top->s_axil_rdata_o;
        response = top->s_axil_rresp_o;
        top->s_axil_rready_i = 0;
      }
      if (top->s_axil_arready_o) top->s_axil_arvalid_i = 0;
      step();
    }
    top->s_axil_arvalid_i = top->s_axil_rready_i = 0;
    return response;
  }

  int write(uint32_t offset, uint32_t value) {
    top->s_axil_awaddr_i = static_cast<uint16_t>(offset);
    top->s_axil_wdata_i = value;
    top->s_axil_wstrb_i = 0xf;
    top->s_axil_awvalid_i = top->s_axil_wvalid_i = top->s_axil_bready_i = 1;
    step();
    int response = -1;
    for (uint32_t i = 0; i < kRegisterBudget && response < 0; ++i) {
      if (top->s_axil_bvalid_o) {
        response = top->s_axil_bresp_o;
        top->s_axil_bready_i = 0;
      }
      if (top->s_axil_awready_o) top->s_axil_awvalid_i = 0;
      if (top->s_axil_wready_o) top->s_axil_wvalid_i = 0;
      step();
    }
    top->s_axil_awvalid_i = top->s_axil_wvalid_i = top->s_axil_bready_i = 0;
    return response;
  }

  void reset(uint32_t cycles) {
    top->rst_ni = 0;
    context->errorCount(0);
    context->assertOn(false);
    idle();
    edge();
    for (uint32_t i = 0; i < cycles; ++i) step();
    idle();
    top->rst_ni = 1;
    context->assertOn(true);
    edge();
  }

  std::unique_ptr<VerilatedContext> context;
  std::unique_ptr<Vdevice> top;
  std::unique_ptr<AxiMemory<Vdevice>> memory;
  std::vector<sim_event> events;
  uint64_t now = 0;
  uint64_t lastMove = 0;
  uint64_t watchdog = 1'000'000;
  std::string text;
#if VM_TRACE
  std::unique_ptr<VerilatedFstC> wave;
  uint64_t waveFrom = 0, waveTo = 0;
#endif

 private:
  static constexpr uint32_t kRegisterBudget = 10'000;

  void edge() {
    top->clk_i = 1;
    top->eval();
    dump(1);
    ++now;
    top->clk_i = 0;
    top->eval();
    dump(0);
  }

  void idle() {
    top->s_axil_awvalid_i = top->s_axil_wvalid_i = top->s_axil_bready_i = 0;
    top->s_axil_arvalid_i = top->s_axil_rready_i = 0;
    memory->clear();
  }

  void record() {
    lastMove = now;
    for (uint8_t queue = 0; queue < 4; ++queue) {
      if (top->event_done_o >> queue & 1)
        events.push_back({now, top->event_done_index_o[queue], queue, 1});
      if (top->event_start_o >> queue & 1)
        events.push_back({now, top->event_start_index_o[queue], queue, 0});
    }
  }

  void dump([[maybe_unused]] uint64_t half) {
#if VM_TRACE
    if (wave && now >= waveFrom && now < waveTo) {
      wave->dump(now * 2 + half);
      if (now + 1 == waveTo && half == 1) wave->close();
    }
#endif
  }
};

namespace {

const sim_api kApi = {
    INTFORMER_SIM_ABI,
    AxiMemory<Vdevice>::kBusBytes,
#if VM_TRACE
    1,
#else
    0,
#endif
#if VM_COVERAGE
    1,
#else
    0,
#endif
    [](uint64_t powerUp) { return new sim_device(powerUp); },
    [](sim_device* d) { delete d; },
    [](sim_device* d, uint64_t base, uint8_t* bytes, uint64_t size) {
      d->memory->storage.base = base;
      d->memory->storage.bytes = bytes;
      d->memory->storage.size = size;
    },
    [](sim_device* d, const sim_memory_timing* timing) { d->memory->setTiming(*timing); },
    [](sim_device* d, uint64_t base, uint64_t end, int reads, int writes) {
      auto& storage = d->memory->storage;
      storage.errorBase = base;
      storage.errorEnd = end;
      storage.errorOnReads = reads != 0;
      storage.errorOnWrites = writes != 0;
    },
    [](sim_device* d, sim_write_observer observer, void* context) {
      d->memory->observer = observer;
      d->memory->observerContext = context;
    },
    [](sim_device* d, uint64_t cycles) { d->watchdog = cycles; },
    [](sim_device* d, uint32_t cycles) { d->reset(cycles); },
    [](sim_device* d, uint64_t cycles) { return d->run(cycles); },
    [](sim_device* d, uint32_t offset, uint32_t* value) { return d->read(offset, value); },
    [](sim_device* d, uint32_t offset, uint32_t value) { return d->write(offset, value); },
    [](const sim_device* d) { return d->now; },
    [](const sim_device* d) -> int { return d->top->interrupt_o; },
    [](const sim_device* d, sim_bus_counts* counts) { *counts = d->memory->counts(); },
    [](const sim_device* d, uint64_t* count) -> const sim_event* {
      *count = d->events.size();
      return d->events.data();
    },
    [](sim_device* d) { d->events.clear(); },
    [](const sim_device* d) { return d->text.c_str(); },
    []([[maybe_unused]] sim_device* d, [[maybe_unused]] const char* path,
       [[maybe_unused]] uint64_t from, [[maybe_unused]] uint64_t to) {
#if VM_TRACE
      d->wave = std::make_unique<VerilatedFstC>();
      d->top->trace(d->wave.get(), 99);
      d->wave->open(path);
      d->waveFrom = from;
      d->waveTo = to;
      return d->wave->isOpen() ? 0 : 1;
#else
      return 1;
#endif
    },
    []([[maybe_unused]] sim_device* d, [[maybe_unused]] const char* path) {
#if VM_COVERAGE
      d->context->coveragep()->write(path);
      return 0;
#else
      return 1;
#endif
    },
};

}  // namespace

extern "C" __attribute__((visibility("default"))) const sim_api* intformer_sim_api() {
  return &kApi;
}
