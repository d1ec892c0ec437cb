/* The runtime against a register file that stands in for a device: what tests/tb/runtime_test.cpp asks
 * of it, in C without a library, so that it runs on every processor that the runtime is compiled for.
 * Exit status: 0, or the line of the first check that failed. */
#include <stddef.h>

#include "sw/runtime/intformer.h"

#define CHECK(condition)               \
  do {                                 \
    if (!(condition)) return __LINE__; \
  } while (0)

enum { kRegisters = 1024, kWrites = 64 };

typedef struct {
  uint32_t registers[kRegisters];
  uint32_t written[kWrites]; /* offsets, in order */
  uint32_t writes;
  uint64_t paused, busy_for, longest;
  int fails;
} fake_device;

static fake_device fake;

static uint32_t* at(uint32_t offset) { return &fake.registers[offset / 4]; }

static int readRegister(void* context, uint32_t offset, uint32_t* value) {
  *value = ((fake_device*)context)->registers[offset / 4];
  return fake.fails;
}

static int writeRegister(void* context, uint32_t offset, uint32_t value) {
  fake_device* device = (fake_device*)context;
  device->registers[offset / 4] = value;
  device->written[device->writes++ % kWrites] = offset;
  if (offset == INTFORMER_REG_INTERRUPT_CLEAR)
    *at(INTFORMER_REG_STATUS) &= ~(uint32_t)INTFORMER_STATUS_INTERRUPT;
  return device->fails;
}

static int pauseFor(void* context, uint64_t cycles) {
  fake_device* device = (fake_device*)context;
  if (cycles > device->longest) cycles = device->longest;
  device->paused += cycles;
  *at(INTFORMER_REG_COUNT_CYCLES_LOW) += (uint32_t)cycles;
  if (device->paused >= device->busy_for)
    *at(INTFORMER_REG_STATUS) = INTFORMER_STATUS_DONE | INTFORMER_STATUS_INTERRUPT;
  return device->fails;
}

static int moveMemory(void* context, uint64_t address, void* bytes, uint64_t count) {
  (void)context, (void)address, (void)bytes, (void)count;
  return 1; /* the runtime itself never asks for it */
}

static int writeMemory(void* context, uint64_t address, const void* bytes, uint64_t count) {
  (void)bytes;
  return moveMemory(context, address, NULL, count);
}

static int sameText(const char* one, const char* other) {
  while (*one != 0 && *one == *other) ++one, ++other;
  return *one == *other;
}

static int checkOpen(intformer_device* device, const intformer_access* access) {
  intformer_identity identity;
  CHECK(intformer_open(device, access, &identity) == INTFORMER_NO_DEVICE);
  *at(INTFORMER_REG_DEVICE_ID) = INTFORMER_DEVICE_ID_VALUE;
  CHECK(intformer_open(device, access, &identity) == INTFORMER_NO_DEVICE);
  *at(INTFORMER_REG_VERSION) = INTFORMER_VERSION_VALUE;
  *at(INTFORMER_REG_ARRAY) = 16u | 8u << 8 | 32u << 16 | 1u << 24;
  *at(INTFORMER_REG_SCRATCH_WORDS) = 1234;
  *at(INTFORMER_REG_ACC_ROWS) = 567;
  *at(INTFORMER_REG_STAT_ROWS) = 89;
  *at(INTFORMER_REG_CONFIG_HASH_LOW) = 0x89abcdefu;
  *at(INTFORMER_REG_CONFIG_HASH_HIGH) = 0x01234567u;
  CHECK(intformer_open(device, access, &identity) == INTFORMER_OK);
  CHECK(identity.dim == 16 && identity.lanes == 8 && identity.bus_bytes == 32);
  CHECK(identity.is_pwl == 1 && identity.counters == 0);
  CHECK(identity.scratch_words == 1234 && identity.acc_rows == 567 && identity.stat_rows == 89);
  CHECK(identity.config_hash == 0x0123456789abcdefull);
  CHECK(intformer_same_device(&identity, &identity) == 1);
  return 0;
}

static int checkSetUp(intformer_device* device) {
  const uint32_t window = 2 * INTFORMER_WINDOW_STRIDE;
  fake.writes = 0;
  CHECK(intformer_set_window(device, 2, 0x123456789ull, 0x223456789ull,
                             INTFORMER_WINDOW_WRITABLE) == INTFORMER_OK);
  CHECK(fake.written[0] == INTFORMER_REG_WINDOW0_PERMISSIONS + window);
  CHECK(*at(INTFORMER_REG_WINDOW0_BASE_LOW + window) == 0x23456789u);
  CHECK(*at(INTFORMER_REG_WINDOW0_BASE_LOW + window + 4) == 1);
  CHECK(*at(INTFORMER_REG_WINDOW0_END_LOW + window) == 0x23456789u);
  CHECK(*at(INTFORMER_REG_WINDOW0_END_LOW + window + 4) == 2);
  CHECK(*at(INTFORMER_REG_WINDOW0_PERMISSIONS + window) == INTFORMER_WINDOW_WRITABLE);
  CHECK(intformer_set_window(device, 99, 0, 1, 1) == INTFORMER_BAD_ARGUMENT);
  CHECK(intformer_set_window(device, 0, 2, 1, 1) == INTFORMER_BAD_ARGUMENT);
  CHECK(intformer_set_program(device, 0x20, 1) == INTFORMER_BAD_ARGUMENT);
  CHECK(intformer_set_program(device, 0x40, 0) == INTFORMER_BAD_ARGUMENT);
  CHECK(intformer_set_program(device, 0x100000040ull, 17) == INTFORMER_OK);
  CHECK(*at(INTFORMER_REG_PROGRAM_ADDR_LOW) == 0x40);
  CHECK(*at(INTFORMER_REG_PROGRAM_ADDR_LOW + 4) == 1);
  CHECK(*at(INTFORMER_REG_PROGRAM_COMMANDS) == 17);
  CHECK(intformer_start(device) == INTFORMER_OK);
  CHECK(*at(INTFORMER_REG_INTERRUPT_ENABLE) == 1);
  CHECK(*at(INTFORMER_REG_CONTROL) == INTFORMER_CONTROL_START);
  return 0;
}

static int checkWaits(intformer_device* device) {
  fake.longest = 1000; /* the pause of a processor that another interrupt wakes */
  fake.busy_for = 50000;
  *at(INTFORMER_REG_STATUS) = INTFORMER_STATUS_BUSY | INTFORMER_STATUS_INTERRUPT;
  CHECK(intformer_wait(device, 40500) == INTFORMER_TIMEOUT);
  CHECK(fake.paused == 40500);
  CHECK(intformer_wait(device, 40500) == INTFORMER_OK);
  CHECK(fake.paused == 50500);
  *at(INTFORMER_REG_STATUS) = INTFORMER_STATUS_ERROR | INTFORMER_STATUS_INTERRUPT;
  CHECK(intformer_wait(device, 0) == INTFORMER_DEVICE_ERROR);
  CHECK(intformer_reset(device, 1000) == INTFORMER_TIMEOUT);
  *at(INTFORMER_REG_STATUS) = 0;
  CHECK(intformer_reset(device, 1000) == INTFORMER_OK);
  CHECK(*at(INTFORMER_REG_CONTROL) == INTFORMER_CONTROL_SOFT_RESET);
  return 0;
}

static int checkReports(intformer_device* device) {
  static uint64_t values[INTFORMER_COUNTER_COUNT];
  intformer_error error;
  uint32_t i;
  *at(INTFORMER_REG_ERROR_CODE) = 4;
  *at(INTFORMER_REG_ERROR_COMMAND) = 5;
  *at(INTFORMER_REG_ERROR_ADDR_LOW) = 6;
  *at(INTFORMER_REG_ERROR_ADDR_LOW + 4) = 7;
  CHECK(intformer_read_error(device, &error) == INTFORMER_OK);
  CHECK(error.code == 4 && error.command == 5 && error.address == 0x700000006ull);
  for (i = 0; i < INTFORMER_COUNTER_COUNT; ++i) {
    *at(INTFORMER_COUNTER_BASE + INTFORMER_COUNTER_STRIDE * i) = i + 1;
    *at(INTFORMER_COUNTER_BASE + INTFORMER_COUNTER_STRIDE * i + 4) = 2 * i;
  }
  CHECK(intformer_read_counters(device, values) == INTFORMER_OK);
  for (i = 0; i < INTFORMER_COUNTER_COUNT; ++i)
    CHECK(values[i] == ((uint64_t)(2 * i) << 32 | (i + 1)));
  CHECK(intformer_has_counter(device, INTFORMER_COUNTER_COUNT) == 0);
  CHECK(sameText(intformer_error_text(200), "unknown error code"));
  CHECK(!sameText(intformer_error_text(4), intformer_error_text(5)));
  CHECK(sameText(intformer_result_text(INTFORMER_BAD_ARGUMENT), "bad argument"));
  CHECK(sameText(intformer_result_text((intformer_result)77), "unknown result"));
  fake.fails = 1;
  CHECK(intformer_read_counters(device, values) == INTFORMER_ACCESS_FAILED);
  CHECK(intformer_wait(device, 1) == INTFORMER_ACCESS_FAILED);
  return 0;
}

static int checkAll(void) {
  const intformer_access access = {&fake,    readRegister, writeRegister,
                                   pauseFor, writeMemory,  moveMemory};
  intformer_device device;
  int line = checkOpen(&device, &access);
  if (line == 0) line = checkSetUp(&device);
  if (line == 0) line = checkWaits(&device);
  if (line == 0) line = checkReports(&device);
  return line;
}

#if __STDC_HOSTED__
int main(void) { return checkAll(); }
#else
/* What a compiler may call of itself, and a program's begin and end as Linux has them (QEMU's). */
void* memcpy(void* to, const void* from, size_t count);
void* memcpy(void* to, const void* from, size_t count) {
  volatile uint8_t* out = (volatile uint8_t*)to;
  const uint8_t* in = (const uint8_t*)from;
  while (count-- != 0) *out++ = *in++;
  return to;
}

void _start(void);
void _start(void) {
#if defined(__riscv)
  register int status __asm__("a0") = checkAll();
  register int call __asm__("a7") = 93;
  __asm__ volatile("ecall" : : "r"(status), "r"(call));
#elif defined(__arm__)
  register int status __asm__("r0") = checkAll();
  register int call __asm__("r7") = 1;
  __asm__ volatile("svc 0" : : "r"(status), "r"(call));
#endif
  for (;;) {
  }
}
#endif
