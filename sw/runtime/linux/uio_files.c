#define _POSIX_C_SOURCE 200809L
#define _FILE_OFFSET_BITS 64

#include "sw/runtime/linux/uio_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
  kText = 512,
  kRegisterBytes = INTFORMER_COUNTER_BASE + INTFORMER_COUNTER_STRIDE * INTFORMER_COUNTER_COUNT
};

int intformer_uio_fail(intformer_uio* uio, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(uio->problem, sizeof uio->problem, format, arguments);
  va_end(arguments);
  return -1;
}

/* ------------------------------------------------------------------ sysfs */

/* Up to `size` - 1 bytes of a file, zeros behind them; how many, or -1. */
static long readFile(const char* path, char* text, size_t size) {
  FILE* file = fopen(path, "rb");
  size_t count;
  memset(text, 0, size);
  if (file == NULL) return -1;
  count = fread(text, 1, size - 1, file);
  fclose(file);
  return (long)count;
}

/* `what` is for people: "size of the registers". */
static int readNumber(intformer_uio* uio, const char* path, const char* what, uint64_t* value) {
  char text[64];
  char* end = text;
  if (readFile(path, text, sizeof text) < 0)
    return intformer_uio_fail(
        uio, "%s: cannot read the %s: %s; is its driver loaded, and the name right?", path, what,
        strerror(errno));
  errno = 0;
  *value = strtoull(text, &end, 0);
  if (end == text || errno != 0 || strchr("\n", *end) == NULL)
    return intformer_uio_fail(
        uio, "%s: the %s is no number but \"%.32s\"; is this the driver's file?", path, what, text);
  return 0;
}

/* Whether a list of texts, each with a zero behind it, has one that is or begins with `text`. */
static int hasText(const char* list, long count, const char* text, int begins) {
  long at;
  for (at = 0; at < count; at += (long)strlen(list + at) + 1)
    if (begins ? strncmp(list + at, text, strlen(text)) == 0 : strcmp(list + at, text) == 0)
      return 1;
  return 0;
}

static int isWanted(const intformer_uio* uio, const char* device, const char* wanted, char* name,
                    size_t size) {
  char path[INTFORMER_UIO_PATH];
  char compatible[kText];
  char text[kText];
  long count;
  snprintf(path, sizeof path, "%s/class/uio/%s/name", uio->sys, device);
  if (readFile(path, name, size) < 0) return 0;
  name[strcspn(name, "\n")] = 0;
  if (wanted != NULL && strcmp(name, wanted) == 0) return 1;
  snprintf(path, sizeof path, "%s/class/uio/%s/device/of_node/compatible", uio->sys, device);
  count = readFile(path, compatible, sizeof compatible);
  if (wanted == NULL) return hasText(compatible, count, "intformer,registers-", 1);
  snprintf(text, sizeof text, "intformer,%s", wanted);
  return hasText(compatible, count, text, 0);
}

int intformer_uio_find(intformer_uio* uio, const char* wanted) {
  char path[INTFORMER_UIO_PATH];
  char all[kText] = "";
  const struct dirent* entry;
  uint32_t found = 0;
  DIR* folder;
  snprintf(path, sizeof path, "%s/class/uio", uio->sys);
  folder = opendir(path);
  if (folder == NULL)
    return intformer_uio_fail(
        uio,
        "%s: cannot list UIO devices: %s; load the generic driver with modprobe "
        "uio_pdrv_genirq of_id=intformer,%s, and see that the device tree has the node that "
        "`intformer generate` writes (NAME.dtsi)",
        path, strerror(errno), wanted == NULL ? "NAME" : wanted);
  while ((entry = readdir(folder)) != NULL) {
    char name[64];
    const size_t used = strlen(all);
    int is_wanted;
    if (strncmp(entry->d_name, "uio", 3) != 0 || strlen(entry->d_name) >= sizeof uio->device)
      continue;
    is_wanted = isWanted(uio, entry->d_name, wanted, name, sizeof name);
    snprintf(all + used, sizeof all - used, "%s%.60s (%s)", used == 0 ? "" : ", ", entry->d_name,
             name);
    if (!is_wanted) continue;
    strcpy(uio->device, entry->d_name);
    ++found;
  }
  closedir(folder);
  if (found == 0)
    return intformer_uio_fail(
        uio,
        "%s: no device %s%s; there are: %s. A device tree node is taken by the generic "
        "driver when it is loaded with uio_pdrv_genirq.of_id=intformer,%s",
        path, wanted == NULL ? "compatible with intformer,registers-*" : "named ",
        wanted == NULL ? "" : wanted, all[0] == 0 ? "none" : all, wanted == NULL ? "NAME" : wanted);
  if (found > 1)
    return intformer_uio_fail(
        uio, "%s: %" PRIu32 " devices are %s: %s; ask for one by the name of its config", path,
        found, wanted == NULL ? "intformer's" : wanted, all);
  return 0;
}

/* ---------------------------------------------------------------- mapping */

int intformer_uio_open_file(intformer_uio* uio, const char* path) {
  const int file = open(path, O_RDWR | O_SYNC | O_CLOEXEC | O_NOCTTY);
  if (file >= 0) return file;
  if (errno == EACCES || errno == EPERM)
    return intformer_uio_fail(uio,
                              "%s: %s; run as root, or give your group the file by a rule of udev "
                              "(GROUP=\"...\", MODE=\"0660\")",
                              path, strerror(errno));
  if (errno == EBUSY)
    return intformer_uio_fail(uio, "%s: %s; end the program that has it (fuser names it)", path,
                              strerror(errno));
  return intformer_uio_fail(uio, "%s: cannot open: %s; is its driver loaded (modprobe, dmesg)?",
                            path, strerror(errno));
}

/* Maps bytes [`at`, `at` + `count`) of the file's offset `offset`. */
static int mapFile(intformer_uio* uio, intformer_uio_mapping* map, uint64_t offset, uint64_t at,
                   uint64_t count) {
  const uint64_t end = at + count;
  void* page;
  if (count == 0 || end < at || end != (size_t)end)
    return intformer_uio_fail(uio,
                              "%s: %" PRIu64 " bytes at offset 0x%" PRIx64
                              " cannot be mapped here; correct "
                              "the sizes of the device tree",
                              map->path, count, at);
  map->file = intformer_uio_open_file(uio, map->path);
  if (map->file < 0) return -1;
  page = mmap(NULL, (size_t)end, PROT_READ | PROT_WRITE, MAP_SHARED, map->file, (off_t)offset);
  if (page == MAP_FAILED)
    return intformer_uio_fail(
        uio,
        "%s: cannot map 0x%" PRIx64 " bytes at offset 0x%" PRIx64
        ": %s; is the size "
        "what the driver has, and the memory not in use by the kernel (no-map)?",
        map->path, end, offset, strerror(errno));
  map->page = page;
  map->page_bytes = (size_t)end;
  map->bytes = (volatile uint8_t*)page + at;
  map->count = count;
  return 0;
}

/* Map `index` of the UIO device; by UIO's rule it is at `index` pages of its file. */
static int mapUio(intformer_uio* uio, intformer_uio_mapping* map, uint32_t index,
                  uint64_t* address) {
  static const char* const files[] = {"addr", "offset", "size"};
  const uint64_t page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
  uint64_t values[3];
  char path[INTFORMER_UIO_PATH];
  char what[64];
  uint32_t i;
  for (i = 0; i < 3; ++i) {
    snprintf(path, sizeof path, "%s/class/uio/%s/maps/map%" PRIu32 "/%s", uio->sys, uio->device,
             index, files[i]);
    snprintf(what, sizeof what, "%s of map %" PRIu32 " (%s)", files[i], index,
             index == 0 ? "registers" : "memory");
    if (readNumber(uio, path, what, &values[i])) return -1;
  }
  if (index == 0 && values[2] < kRegisterBytes)
    return intformer_uio_fail(uio,
                              "%s: map 0 has %" PRIu64
                              " bytes, fewer than the %d of the registers; take `reg` "
                              "from NAME.dtsi",
                              path, values[2], (int)kRegisterBytes);
  snprintf(map->path, sizeof map->path, "%s/%s", uio->dev, uio->device);
  *address = values[0];
  if (values[1] >= page_bytes)
    return intformer_uio_fail(uio,
                              "%s/class/uio/%s/maps/map%" PRIu32 "/offset: 0x%" PRIx64
                              " is more than a page; "
                              "is this the driver's file?",
                              uio->sys, uio->device, index, values[1]);
  return mapFile(uio, map, index * page_bytes, values[1], values[2]);
}

int intformer_uio_map_registers(intformer_uio* uio) {
  uint64_t address;
  return mapUio(uio, &uio->registers, 0, &address);
}

static int mapUdmabuf(intformer_uio* uio, const char* name) {
  static const char* const files[] = {"phys_addr", "size", "sync_mode", "dma_coherent"};
  uint64_t values[4] = {0, 0, 0, 0};
  char path[INTFORMER_UIO_PATH];
  uint32_t i;
  for (i = 0; i < 4; ++i) {
    snprintf(path, sizeof path, "%s/class/u-dma-buf/%s/%s", uio->sys, name, files[i]);
    if (i == 3 && values[2] % 4 != 0) break; /* only a cached mapping asks for it */
    if (readNumber(uio, path, files[i], &values[i])) return -1;
  }
  if (values[2] % 4 == 0 && values[3] != 1)
    return intformer_uio_fail(uio,
                              "%s/class/u-dma-buf/%s/sync_mode: %" PRIu64
                              " maps the buffer cached, and the "
                              "device does not see the caches (dma_coherent is %" PRIu64
                              "); write 1 to sync_mode",
                              uio->sys, name, values[2], values[3]);
  snprintf(uio->memory.path, sizeof uio->memory.path, "%s/%s", uio->dev, name);
  uio->memory_address = values[0];
  return mapFile(uio, &uio->memory, 0, 0, values[1]);
}

int intformer_uio_map_memory(intformer_uio* uio, const intformer_uio_options* options) {
  const uint64_t page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
  const int kinds = (options->udmabuf != NULL) + (options->memory_map != 0) +
                    (options->memory_bytes != 0 || options->memory_address != 0);
  if (kinds != 1)
    return intformer_uio_fail(
        uio,
        "options: %s memory is named; name one of udmabuf, memory_map (1 or more), and "
        "memory_address with memory_bytes",
        kinds == 0 ? "no" : "more than one");
  if (options->udmabuf != NULL) return mapUdmabuf(uio, options->udmabuf);
  if (options->memory_map != 0)
    return mapUio(uio, &uio->memory, options->memory_map, &uio->memory_address);
  if (options->memory_address % page_bytes != 0)
    return intformer_uio_fail(uio,
                              "options: memory_address 0x%" PRIx64
                              " is no multiple of a page; take it from "
                              "NAME.dtsi",
                              options->memory_address);
  snprintf(uio->memory.path, sizeof uio->memory.path, "%s/mem", uio->dev);
  uio->memory_address = options->memory_address;
  return mapFile(uio, &uio->memory, options->memory_address, 0, options->memory_bytes);
}
