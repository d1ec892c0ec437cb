#define _POSIX_C_SOURCE 200809L

#include "sw/runtime/linux/intformer_uio.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "sw/runtime/linux/uio_files.h"

enum { kDefaultClockMhz = 100, kLongestPollMs = 1000 };

/* Memory and registers may lie behind different ports of the bus: on ARM a barrier for all of it.
 */
static void barrier(void) {
#if defined(__aarch64__) || (defined(__arm__) && defined(__ARM_ARCH) && __ARM_ARCH >= 7)
  __asm__ __volatile__("dsb sy" ::: "memory");
#else
  __sync_synchronize();
#endif
}

static int readRegister(void* context, uint32_t offset, uint32_t* value) {
  intformer_uio* uio = (intformer_uio*)context;
  const uint32_t kNothing = 0xffffffffu;
  volatile uint32_t* registers = (volatile uint32_t*)uio->registers.bytes;
  if (offset % 4 != 0 || offset + 4 > uio->registers.count)
    return intformer_uio_fail(uio, "%s: register 0x%x is none: map 0 has %" PRIu64 " bytes",
                              uio->registers.path, (unsigned)offset, uio->registers.count);
  *value = registers[offset / 4];
  barrier();
  if (*value == kNothing && registers[INTFORMER_REG_DEVICE_ID / 4] == kNothing)
    return intformer_uio_fail(
        uio,
        "%s: all registers read as ones: the device is gone; is the bitstream loaded, "
        "its clock running, its reset released?",
        uio->registers.path);
  return 0;
}

static int writeRegister(void* context, uint32_t offset, uint32_t value) {
  intformer_uio* uio = (intformer_uio*)context;
  if (offset % 4 != 0 || offset + 4 > uio->registers.count)
    return intformer_uio_fail(uio, "%s: register 0x%x is none: map 0 has %" PRIu64 " bytes",
                              uio->registers.path, (unsigned)offset, uio->registers.count);
  if (offset == INTFORMER_REG_CONTROL) uio->resets = (value & INTFORMER_CONTROL_START) == 0;
  barrier();
  ((volatile uint32_t*)uio->registers.bytes)[offset / 4] = value;
  return 0;
}

static int isInside(intformer_uio* uio, uint64_t address, uint64_t count) {
  const uint64_t base = uio->memory_address;
  const uint64_t bytes = uio->memory.count;
  if (address >= base && count <= bytes && address - base <= bytes - count) return 1;
  intformer_uio_fail(uio,
                     "%s: %" PRIu64 " bytes at 0x%" PRIx64 " lie outside of the buffer, [0x%" PRIx64
                     ", 0x%" PRIx64 "); compile with --base 0x%" PRIx64
                     ", or make the buffer larger",
                     uio->memory.path, count, address, base, base + bytes, base);
  return 0;
}

/* Uncached memory may be of a kind that takes aligned words only (device memory on ARM), which
 * memcpy does not promise: bytes to the next word, words, the bytes left. */
static int writeMemory(void* context, uint64_t address, const void* bytes, uint64_t count) {
  intformer_uio* uio = (intformer_uio*)context;
  const uint8_t* from = (const uint8_t*)bytes;
  volatile uint8_t* to;
  if (!isInside(uio, address, count)) return -1;
  to = uio->memory.bytes + (address - uio->memory_address);
  for (; count != 0 && (uintptr_t)to % 8 != 0; --count) *to++ = *from++;
  for (; count >= 8; count -= 8, to += 8, from += 8) {
    uint64_t word;
    memcpy(&word, from, 8);
    *(volatile uint64_t*)to = word;
  }
  for (; count != 0; --count) *to++ = *from++;
  return 0;
}

static int readMemory(void* context, uint64_t address, void* bytes, uint64_t count) {
  intformer_uio* uio = (intformer_uio*)context;
  uint8_t* to = (uint8_t*)bytes;
  const volatile uint8_t* from;
  if (!isInside(uio, address, count)) return -1;
  from = uio->memory.bytes + (address - uio->memory_address);
  for (; count != 0 && (uintptr_t)from % 8 != 0; --count) *to++ = *from++;
  for (; count >= 8; count -= 8, to += 8, from += 8) {
    const uint64_t word = *(const volatile uint64_t*)from;
    memcpy(to, &word, 8);
  }
  for (; count != 0; --count) *to++ = *from++;
  return 0;
}

static uint64_t microseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

static int interruptFailed(intformer_uio* uio, const char* what, int error) {
  if (error == ENOSYS)
    return intformer_uio_fail(
        uio, "%s: the driver cannot enable the interrupt again: %s; take uio_pdrv_genirq",
        uio->interrupts_path, strerror(error));
  return intformer_uio_fail(
      uio,
      "%s: cannot %s an interrupt: %s: the device is gone, or its node names no "
      "interrupt; see dmesg, and `interrupts` in the device tree",
      uio->interrupts_path, what, strerror(error));
}

/* Whether the run that is waited for has ended: an interrupt pends. One that is older than the run
 * is cleared, or it would come again and again (a run that ends meanwhile leaves it set). */
static int hasEnded(intformer_uio* uio, int* ended) {
  uint32_t status = 0;
  if (readRegister(uio, INTFORMER_REG_STATUS, &status)) return -1;
  *ended = (status & INTFORMER_STATUS_INTERRUPT) != 0;
  if (!*ended || (status & INTFORMER_STATUS_BUSY) == 0) return 0;
  *ended = 0;
  return writeRegister(uio, INTFORMER_REG_INTERRUPT_CLEAR, 1);
}

static void sleepFor(uint64_t microseconds_left) {
  struct timespec nap;
  nap.tv_sec = (time_t)(microseconds_left / 1000000u);
  nap.tv_nsec = (long)(microseconds_left % 1000000u) * 1000;
  while (nanosleep(&nap, &nap) != 0 && errno == EINTR) {
  }
}

/* The generic driver masks the interrupt when it comes, until a one is written: that is done before
 * waiting, when the last one's source has been cleared. What it has counted may be an old
 * interrupt: the pause ends by what the status register says. No interrupt tells the end of a
 * reset. */
static int pauseFor(void* context, uint64_t cycles) {
  intformer_uio* uio = (intformer_uio*)context;
  const uint64_t limit = cycles / uio->clock_mhz + 1;
  const uint64_t start = microseconds();
  const uint32_t one = 1;
  if (uio->resets) {
    sleepFor(limit);
    return 0;
  }
  for (;;) {
    const uint64_t passed = microseconds() - start;
    struct pollfd wait = {0, POLLIN, 0};
    uint64_t left;
    uint32_t events = 0;
    int ended = 0;
    int ready;
    if (hasEnded(uio, &ended)) return -1;
    if (ended || passed >= limit) return 0;
    left = (limit - passed + 999) / 1000;
    wait.fd = uio->interrupts;
    if (write(uio->interrupts, &one, sizeof one) != (ssize_t)sizeof one)
      return interruptFailed(uio, "enable", errno);
    ready = poll(&wait, 1, left < kLongestPollMs ? (int)left : kLongestPollMs);
    if (ready < 0 && errno != EINTR) return interruptFailed(uio, "wait for", errno);
    if (ready <= 0) continue;
    if ((wait.revents & POLLIN) == 0) return interruptFailed(uio, "wait for", EIO);
    errno = 0; /* a short read leaves it */
    if (read(uio->interrupts, &events, sizeof events) != (ssize_t)sizeof events)
      return interruptFailed(uio, "read", errno != 0 ? errno : EIO);
  }
}

/* --------------------------------------------------------------- the device */

static int openAll(intformer_uio* uio, const intformer_uio_options* options) {
  if (intformer_uio_find(uio, options->name)) return -1;
  if (intformer_uio_map_registers(uio) || intformer_uio_map_memory(uio, options)) return -1;
  snprintf(uio->interrupts_path, sizeof uio->interrupts_path, "%s",
           options->interrupts != NULL ? options->interrupts : uio->registers.path);
  if (options->interrupts == NULL)
    uio->interrupts = uio->registers.file;
  else
    uio->interrupts = intformer_uio_open_file(uio, options->interrupts);
  return uio->interrupts < 0 ? -1 : 0;
}

intformer_uio* intformer_uio_open(const intformer_uio_options* options, char* problem) {
  intformer_uio* uio = (intformer_uio*)calloc(1, sizeof *uio);
  problem[0] = 0;
  if (uio == NULL) {
    snprintf(problem, INTFORMER_UIO_PROBLEM, "intformer_uio_open: no memory for the driver itself");
    return NULL;
  }
  uio->sys = options->sys != NULL ? options->sys : "/sys";
  uio->dev = options->dev != NULL ? options->dev : "/dev";
  uio->clock_mhz = options->clock_mhz != 0 ? options->clock_mhz : kDefaultClockMhz;
  uio->registers.file = uio->memory.file = uio->interrupts = -1;
  if (openAll(uio, options) == 0) {
    uio->sys = uio->dev = NULL; /* the caller's texts; not needed any more */
    return uio;
  }
  snprintf(problem, INTFORMER_UIO_PROBLEM, "%s", uio->problem);
  intformer_uio_close(uio);
  return NULL;
}

void intformer_uio_access(intformer_uio* uio, intformer_access* access) {
  access->context = uio;
  access->read_register = readRegister;
  access->write_register = writeRegister;
  access->pause = pauseFor;
  access->write_memory = writeMemory;
  access->read_memory = readMemory;
}

const char* intformer_uio_problem(const intformer_uio* uio) {
  return uio->problem;
}

uint64_t intformer_uio_memory_address(const intformer_uio* uio) {
  return uio->memory_address;
}

uint64_t intformer_uio_memory_bytes(const intformer_uio* uio) {
  return uio->memory.count;
}

static void unmap(intformer_uio_mapping* map) {
  if (map->page != NULL) munmap(map->page, map->page_bytes);
  if (map->file >= 0) close(map->file);
}

void intformer_uio_close(intformer_uio* uio) {
  if (uio == NULL) return;
  if (uio->interrupts >= 0 && uio->interrupts != uio->registers.file) close(uio->interrupts);
  unmap(&uio->registers);
  unmap(&uio->memory);
  free(uio);
}
