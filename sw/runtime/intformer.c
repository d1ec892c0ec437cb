#include "sw/runtime/intformer.h"

#include <stddef.h>

#define TRY(call)                                   \
  do {                                              \
    const intformer_result try_result = (call);     \
    if (try_result != INTFORMER_OK) return try_result; \
  } while (0)

#define FIELD(value, name) (((value) >> name##_LSB) & ((1u << name##_WIDTH) - 1))

static intformer_result readRegister(intformer_device* device, uint32_t offset, uint32_t* value) {
  const int failed = device->access.read_register(device->access.context, offset, value);
  return failed ? INTFORMER_ACCESS_FAILED : INTFORMER_OK;
}

static intformer_result writeRegister(intformer_device* device, uint32_t offset, uint32_t value) {
  const int failed = device->access.write_register(device->access.context, offset, value);
  return failed ? INTFORMER_ACCESS_FAILED : INTFORMER_OK;
}

static intformer_result readPair(intformer_device* device, uint32_t offset, uint64_t* value) {
  uint32_t low = 0;
  uint32_t high = 0;
  TRY(readRegister(device, offset, &low));
  TRY(readRegister(device, offset + 4, &high));
  *value = ((uint64_t)high << 32) | low;
  return INTFORMER_OK;
}

static intformer_result writePair(intformer_device* device, uint32_t offset, uint64_t value) {
  TRY(writeRegister(device, offset, (uint32_t)value));
  return writeRegister(device, offset + 4, (uint32_t)(value >> 32));
}

intformer_result intformer_open(intformer_device* device, const intformer_access* access,
                                intformer_identity* identity) {
  uint32_t id = 0;
  uint32_t array = 0;
  intformer_identity found;
  device->access = *access;
  TRY(readRegister(device, INTFORMER_REG_DEVICE_ID, &id));
  TRY(readRegister(device, INTFORMER_REG_VERSION, &found.version));
  if (id != INTFORMER_DEVICE_ID_VALUE || found.version != INTFORMER_VERSION_VALUE)
    return INTFORMER_NO_DEVICE;
  TRY(readRegister(device, INTFORMER_REG_ARRAY, &array));
  TRY(readRegister(device, INTFORMER_REG_SCRATCH_WORDS, &found.scratch_words));
  TRY(readRegister(device, INTFORMER_REG_ACC_ROWS, &found.acc_rows));
  TRY(readRegister(device, INTFORMER_REG_STAT_ROWS, &found.stat_rows));
  TRY(readPair(device, INTFORMER_REG_CONFIG_HASH_LOW, &found.config_hash));
  found.dim = FIELD(array, INTFORMER_ARRAY_DIM);
  found.lanes = FIELD(array, INTFORMER_ARRAY_LANES);
  found.bus_bytes = FIELD(array, INTFORMER_ARRAY_BUS_BYTES);
  found.is_pwl = (array & INTFORMER_ARRAY_FAMILY_PWL) != 0;
  found.counters = FIELD(array, INTFORMER_ARRAY_COUNTERS);
  device->counters = found.counters;
  if (identity != NULL) *identity = found;
  return INTFORMER_OK;
}

int intformer_same_device(const intformer_identity* one, const intformer_identity* other) {
  return one->version == other->version && one->dim == other->dim && one->lanes == other->lanes &&
         one->bus_bytes == other->bus_bytes && one->is_pwl == other->is_pwl &&
         one->counters == other->counters &&
         one->scratch_words == other->scratch_words && one->acc_rows == other->acc_rows &&
         one->stat_rows == other->stat_rows && one->config_hash == other->config_hash;
}

/* Polls until no bit of `mask` is set in the status. Short pauses first: a reset takes few cycles. */
static intformer_result waitUntilClear(intformer_device* device, uint32_t mask, uint64_t budget) {
  uint64_t step = 16;
  for (;;) {
    uint32_t status = 0;
    TRY(readRegister(device, INTFORMER_REG_STATUS, &status));
    if ((status & mask) == 0) return INTFORMER_OK;
    if (budget == 0) return INTFORMER_TIMEOUT;
    if (step > budget) step = budget;
    if (device->access.pause(device->access.context, step)) return INTFORMER_ACCESS_FAILED;
    budget -= step;
    step *= 2;
  }
}

intformer_result intformer_reset(intformer_device* device, uint64_t budget) {
  TRY(writeRegister(device, INTFORMER_REG_CONTROL, INTFORMER_CONTROL_SOFT_RESET));
  return waitUntilClear(device,
                        INTFORMER_STATUS_BUSY | INTFORMER_STATUS_DONE | INTFORMER_STATUS_ERROR |
                            INTFORMER_STATUS_INTERRUPT,
                        budget);
}

intformer_result intformer_set_window(intformer_device* device, uint32_t index, uint64_t base,
                                      uint64_t end, uint32_t permissions) {
  const uint32_t at = index * INTFORMER_WINDOW_STRIDE;
  if (index >= INTFORMER_MAX_WINDOWS || end < base) return INTFORMER_BAD_ARGUMENT;
  /* never open with half an address */
  TRY(writeRegister(device, INTFORMER_REG_WINDOW0_PERMISSIONS + at, 0));
  TRY(writePair(device, INTFORMER_REG_WINDOW0_BASE_LOW + at, base));
  TRY(writePair(device, INTFORMER_REG_WINDOW0_END_LOW + at, end));
  return writeRegister(device, INTFORMER_REG_WINDOW0_PERMISSIONS + at, permissions);
}

intformer_result intformer_set_program(intformer_device* device, uint64_t address,
                                       uint32_t commands) {
  if (address % 64 != 0 || commands == 0) return INTFORMER_BAD_ARGUMENT;
  TRY(writePair(device, INTFORMER_REG_PROGRAM_ADDR_LOW, address));
  return writeRegister(device, INTFORMER_REG_PROGRAM_COMMANDS, commands);
}

intformer_result intformer_start(intformer_device* device) {
  TRY(writeRegister(device, INTFORMER_REG_INTERRUPT_ENABLE, 1));
  return writeRegister(device, INTFORMER_REG_CONTROL, INTFORMER_CONTROL_START);
}

/* The device's own count of cycles, its lower half; 0 where it has none. */
static intformer_result readCycles(intformer_device* device, uint32_t* cycles) {
  *cycles = 0;
  if (!intformer_has_counter(device, INTFORMER_COUNT_CYCLES)) return INTFORMER_OK;
  return readRegister(device, INTFORMER_REG_COUNT_CYCLES_LOW, cycles);
}

intformer_result intformer_wait(intformer_device* device, uint64_t budget) {
  uint32_t before = 0;
  uint64_t step = 0;
  for (;;) {
    uint32_t status = 0;
    uint32_t now = 0;
    TRY(readRegister(device, INTFORMER_REG_STATUS, &status));
    if ((status & INTFORMER_STATUS_BUSY) == 0 &&
        (status & (INTFORMER_STATUS_DONE | INTFORMER_STATUS_ERROR)) != 0) {
      TRY(writeRegister(device, INTFORMER_REG_INTERRUPT_CLEAR, 1));
      return (status & INTFORMER_STATUS_ERROR) != 0 ? INTFORMER_DEVICE_ERROR : INTFORMER_OK;
    }
    /* A pause that ended early, by another interrupt or a signal, costs what the device counted. */
    TRY(readCycles(device, &now));
    if (now != before && (uint64_t)(now - before) < step) step = now - before;
    before = now;
    budget -= step;
    if (budget == 0) return INTFORMER_TIMEOUT;
    /* An interrupt older than the run would end every pause at once. */
    if ((status & INTFORMER_STATUS_BUSY) != 0 && (status & INTFORMER_STATUS_INTERRUPT) != 0)
      TRY(writeRegister(device, INTFORMER_REG_INTERRUPT_CLEAR, 1));
    step = budget < ((uint64_t)1 << 24) ? budget : (uint64_t)1 << 24;
    if (device->access.pause(device->access.context, step)) return INTFORMER_ACCESS_FAILED;
  }
}

intformer_result intformer_read_status(intformer_device* device, uint32_t* status) {
  return readRegister(device, INTFORMER_REG_STATUS, status);
}

intformer_result intformer_read_error(intformer_device* device, intformer_error* error) {
  TRY(readRegister(device, INTFORMER_REG_ERROR_CODE, &error->code));
  TRY(readRegister(device, INTFORMER_REG_ERROR_COMMAND, &error->command));
  return readPair(device, INTFORMER_REG_ERROR_ADDR_LOW, &error->address);
}

int intformer_has_counter(const intformer_device* device, uint32_t counter) {
  static const uint8_t levels[] = INTFORMER_COUNTER_LEVELS;
  return counter < sizeof levels && device->counters <= levels[counter];
}

intformer_result intformer_read_counters(intformer_device* device, uint64_t* values) {
  uint32_t i;
  for (i = 0; i < INTFORMER_COUNTER_COUNT; ++i) {
    values[i] = INTFORMER_NOT_COUNTED;
    if (intformer_has_counter(device, i))
      TRY(readPair(device, INTFORMER_COUNTER_BASE + INTFORMER_COUNTER_STRIDE * i, &values[i]));
  }
  return INTFORMER_OK;
}

const char* intformer_error_text(uint32_t code) {
  static const char* const texts[] = INTFORMER_ERROR_TEXTS;
  return code < sizeof texts / sizeof texts[0] ? texts[code] : "unknown error code";
}

const char* intformer_result_text(intformer_result result) {
  switch (result) {
    case INTFORMER_OK: return "ok";
    case INTFORMER_DEVICE_ERROR: return "the device stopped with an error";
    case INTFORMER_TIMEOUT: return "timeout: still busy after the cycle budget";
    case INTFORMER_ACCESS_FAILED: return "access to the device failed";
    case INTFORMER_NO_DEVICE:
      return "no intformer device answers, or another than the one compiled for";
    case INTFORMER_BAD_ARGUMENT: return "bad argument";
    case INTFORMER_NO_PROGRAM: return "the model was not compiled for so many tokens";
    case INTFORMER_WRONG_IMAGE: return "the memory image is not this model's";
  }
  return "unknown result";
}
