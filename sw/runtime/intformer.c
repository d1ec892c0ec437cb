#include "sw/runtime/intformer.h"

#include <stddef.h>

/* Register offsets. They are the same in every generated device; tests/tb holds them, the counters
 * and the error texts to the generator's tables. */
enum {
  kDeviceId = 0x000,
  kVersion = 0x004,
  kArray = 0x008,
  kScratchWords = 0x00C,
  kAccRows = 0x010,
  kStatRows = 0x014,
  kConfigHashLow = 0x018,
  kControl = 0x020,
  kStatus = 0x024,
  kInterruptEnable = 0x028,
  kInterruptClear = 0x02C,
  kProgramAddrLow = 0x030,
  kProgramAddrHigh = 0x034,
  kProgramCommands = 0x038,
  kErrorCode = 0x040,
  kErrorCommand = 0x044,
  kErrorAddrLow = 0x048,
  kErrorAddrHigh = 0x04C,
  kWindows = 0x080,
  kWindowStride = 0x020,
  kCounters = 0x200
};

enum { kIdentification = 0x464E5449, kSupportedVersion = 2, kMaxWindows = 8 };
enum { kControlStart = 1, kControlSoftReset = 2 };
enum { kStatusBusy = 1, kStatusDone = 2, kStatusError = 4, kStatusInterrupt = 8 };

#define TRY(call)                                   \
  do {                                              \
    const intformer_result try_result = (call);     \
    if (try_result != INTFORMER_OK) return try_result; \
  } while (0)

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
  TRY(readRegister(device, kDeviceId, &id));
  TRY(readRegister(device, kVersion, &found.version));
  if (id != kIdentification || found.version != kSupportedVersion) return INTFORMER_NO_DEVICE;
  TRY(readRegister(device, kArray, &array));
  TRY(readRegister(device, kScratchWords, &found.scratch_words));
  TRY(readRegister(device, kAccRows, &found.acc_rows));
  TRY(readRegister(device, kStatRows, &found.stat_rows));
  TRY(readPair(device, kConfigHashLow, &found.config_hash));
  found.dim = array & 0xff;
  found.lanes = (array >> 8) & 0xff;
  found.bus_bytes = (array >> 16) & 0xff;
  found.is_pwl = (array >> 24) & 1;
  if (identity != NULL) *identity = found;
  return INTFORMER_OK;
}

int intformer_same_device(const intformer_identity* one, const intformer_identity* other) {
  return one->version == other->version && one->dim == other->dim && one->lanes == other->lanes &&
         one->bus_bytes == other->bus_bytes && one->is_pwl == other->is_pwl &&
         one->scratch_words == other->scratch_words && one->acc_rows == other->acc_rows &&
         one->stat_rows == other->stat_rows && one->config_hash == other->config_hash;
}

/* Polls until no bit of `mask` is set in the status. Short pauses first: a reset takes few cycles. */
static intformer_result waitUntilClear(intformer_device* device, uint32_t mask, uint64_t budget) {
  uint64_t step = 16;
  for (;;) {
    uint32_t status = 0;
    TRY(readRegister(device, kStatus, &status));
    if ((status & mask) == 0) return INTFORMER_OK;
    if (budget == 0) return INTFORMER_TIMEOUT;
    if (step > budget) step = budget;
    if (device->access.pause(device->access.context, step)) return INTFORMER_ACCESS_FAILED;
    budget -= step;
    step *= 2;
  }
}

intformer_result intformer_reset(intformer_device* device, uint64_t budget) {
  TRY(writeRegister(device, kControl, kControlSoftReset));
  return waitUntilClear(device, kStatusBusy | kStatusDone | kStatusError | kStatusInterrupt,
                        budget);
}

intformer_result intformer_set_window(intformer_device* device, uint32_t index, uint64_t base,
                                      uint64_t end, uint32_t permissions) {
  const uint32_t offset = kWindows + index * kWindowStride;
  if (index >= kMaxWindows || end < base) return INTFORMER_BAD_ARGUMENT;
  TRY(writeRegister(device, offset + 0x10, 0)); /* never open with half an address */
  TRY(writePair(device, offset, base));
  TRY(writePair(device, offset + 0x8, end));
  return writeRegister(device, offset + 0x10, permissions);
}

intformer_result intformer_set_program(intformer_device* device, uint64_t address,
                                       uint32_t commands) {
  if (address % 64 != 0 || commands == 0) return INTFORMER_BAD_ARGUMENT;
  TRY(writePair(device, kProgramAddrLow, address));
  return writeRegister(device, kProgramCommands, commands);
}

intformer_result intformer_start(intformer_device* device) {
  TRY(writeRegister(device, kInterruptEnable, 1));
  return writeRegister(device, kControl, kControlStart);
}

intformer_result intformer_wait(intformer_device* device, uint64_t budget) {
  for (;;) {
    uint32_t status = 0;
    const uint64_t step = budget < ((uint64_t)1 << 24) ? budget : (uint64_t)1 << 24;
    TRY(readRegister(device, kStatus, &status));
    if ((status & kStatusBusy) == 0 && (status & (kStatusDone | kStatusError)) != 0) {
      TRY(writeRegister(device, kInterruptClear, 1));
      return (status & kStatusError) != 0 ? INTFORMER_DEVICE_ERROR : INTFORMER_OK;
    }
    if (budget == 0) return INTFORMER_TIMEOUT;
    if (device->access.pause(device->access.context, step)) return INTFORMER_ACCESS_FAILED;
    budget -= step;
  }
}

intformer_result intformer_read_status(intformer_device* device, uint32_t* status) {
  return readRegister(device, kStatus, status);
}

intformer_result intformer_read_error(intformer_device* device, intformer_error* error) {
  TRY(readRegister(device, kErrorCode, &error->code));
  TRY(readRegister(device, kErrorCommand, &error->command));
  return readPair(device, kErrorAddrLow, &error->address);
}

intformer_result intformer_read_counters(intformer_device* device, uint64_t* values) {
  uint32_t i;
  for (i = 0; i < INTFORMER_COUNTERS; ++i) TRY(readPair(device, kCounters + 8 * i, &values[i]));
  return INTFORMER_OK;
}

const char* intformer_error_text(uint32_t code) {
  static const char* const texts[] = {
      "none: no error",
      "illegal_opcode: opcode unknown",
      ("illegal_field: a value that the command set does not allow, or a program address that is no "
       "multiple of 64"),
      "program_end: the program's last command is not end",
      "read_window: a load outside the readable windows",
      "write_window: a store outside the writable windows",
      "fetch_window: program outside the readable windows",
      "read_bus: AXI error response to a load",
      "write_bus: AXI error response to a store",
      "fetch_bus: AXI error response to a command fetch",
      "scratch_range: scratchpad address beyond its end",
      "accumulator_range: accumulator address beyond its end",
      "stat_range: row statistics slot beyond their end",
      "token_deadlock: every queue waits for tokens that no command under way will give",
      "index_range: a gather's row number is not below its limit",
  };
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
