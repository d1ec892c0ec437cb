#include "sw/runtime/example/embed.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "sw/runtime/example/image.h"

/* Budgets in cycles, generous: only a device that hangs runs out of them. */
enum { kResetCycles = 1000000, kRunFactor = 100 };

#define TRY(call)                                      \
  do {                                                 \
    const intformer_result try_result = (call);        \
    if (try_result != INTFORMER_OK) return try_result; \
  } while (0)

static intformer_result writeMemory(intformer_device* device, uint64_t address, const void* bytes,
                                    uint64_t count) {
  const intformer_access* access = &device->access;
  return access->write_memory(access->context, address, bytes, count) ? INTFORMER_ACCESS_FAILED
                                                                      : INTFORMER_OK;
}

static intformer_result readMemory(intformer_device* device, uint64_t address, void* bytes,
                                   uint64_t count) {
  const intformer_access* access = &device->access;
  return access->read_memory(access->context, address, bytes, count) ? INTFORMER_ACCESS_FAILED
                                                                     : INTFORMER_OK;
}

static uint64_t littleEndian(const uint8_t* bytes, uint32_t count) {
  uint64_t value = 0;
  while (count-- != 0) value = value << 8 | bytes[count];
  return value;
}

static int isImageOf(const embed_model* model, const uint8_t* image, uint64_t bytes) {
  const uint8_t* trailer = image + model->image_bytes;
  if (image == NULL || bytes != model->image_bytes + IMAGE_TRAILER_BYTES) return 0;
  return memcmp(trailer + IMAGE_MAGIC, IMAGE_MAGIC_TEXT, 8) == 0 &&
         littleEndian(trailer + IMAGE_FORMAT, 4) == IMAGE_FORMAT_VALUE &&
         littleEndian(trailer + IMAGE_INTERFACE, 4) == model->device.version &&
         littleEndian(trailer + IMAGE_CONFIG_HASH, 8) == model->device.config_hash &&
         littleEndian(trailer + IMAGE_BYTES, 8) == model->image_bytes &&
         littleEndian(trailer + IMAGE_ADDRESS, 8) == model->image_address &&
         littleEndian(trailer + IMAGE_ID, 8) == model->image_id &&
         littleEndian(trailer + IMAGE_PROGRAMS, 4) == model->program_count;
}

intformer_result embed_load(intformer_device* device, const intformer_access* access,
                            const embed_model* model, const void* image, uint64_t bytes) {
  intformer_identity identity;
  TRY(intformer_open(device, access, &identity));
  if (!intformer_same_device(&identity, &model->device)) return INTFORMER_NO_DEVICE;
  if (!isImageOf(model, (const uint8_t*)image, bytes)) return INTFORMER_WRONG_IMAGE;
  TRY(intformer_reset(device, kResetCycles));
  return writeMemory(device, model->image_address, image, model->image_bytes);
}

const embed_program* embed_find(const embed_model* model, const uint32_t* lengths,
                                uint32_t sentences) {
  uint32_t i;
  for (i = 0; i < model->program_count; ++i) {
    const embed_program* program = &model->programs[i];
    if (program->sentences == sentences &&
        memcmp(program->lengths, lengths, sentences * sizeof *lengths) == 0)
      return program;
  }
  return NULL;
}

static intformer_result writeWord(intformer_device* device, uint64_t address, uint32_t value) {
  uint8_t bytes[4];
  uint32_t b;
  for (b = 0; b < 4; ++b) bytes[b] = (uint8_t)(value >> (8 * b));
  return writeMemory(device, address, bytes, sizeof bytes);
}

/* Ids and positions of the tokens: what another program may have left there is not theirs. */
static intformer_result writeTokens(intformer_device* device, const embed_model* model,
                                    const embed_program* program, const uint32_t* ids) {
  uint32_t sentence;
  uint32_t place;
  uint64_t token = 0;
  for (sentence = 0; sentence < program->sentences; ++sentence)
    for (place = 0; place < program->lengths[sentence]; ++place, ++token) {
      if (ids[token] >= model->vocabulary) return INTFORMER_BAD_ARGUMENT;
      TRY(writeWord(device, program->ids + 4 * token, ids[token]));
      TRY(writeWord(device, program->places + 4 * token, place));
    }
  return INTFORMER_OK;
}

/* Columns [first, first + panel_cols) of a token's state. */
static intformer_result readPanel(intformer_device* device, const embed_model* model,
                                  const embed_program* program, uint32_t token, uint32_t first,
                                  int16_t* values) {
  uint8_t bytes[2 * EMBED_PANEL_COLS];
  const uint64_t row = 2 * (uint64_t)model->panel_cols;
  uint32_t i;
  TRY(readMemory(device,
                 program->states + first / model->panel_cols * program->panel_bytes + token * row,
                 bytes, row));
  for (i = 0; i < model->panel_cols; ++i)
    values[i] = (int16_t)(bytes[2 * i] | bytes[2 * i + 1] << 8);
  return INTFORMER_OK;
}

intformer_result embed_read_state(intformer_device* device, const embed_model* model,
                                  const embed_program* program, uint32_t token, int16_t* state) {
  int16_t panel[EMBED_PANEL_COLS];
  uint32_t first;
  uint32_t i;
  if (token >= program->tokens) return INTFORMER_BAD_ARGUMENT;
  for (first = 0; first < model->width; first += model->panel_cols) {
    TRY(readPanel(device, model, program, token, first, panel));
    for (i = 0; i < model->panel_cols && first + i < model->width; ++i) state[first + i] = panel[i];
  }
  return INTFORMER_OK;
}

/* The sum of a sentence's states, scaled to their mean or to length 1. */
static intformer_result poolSentence(intformer_device* device, const embed_model* model,
                                     const embed_program* program, uint32_t token,
                                     uint32_t length, float* embedding) {
  const uint32_t used = model->mean ? length : 1;
  double squares = 0;
  double scale;
  uint32_t c;
  uint32_t i;
  for (c = 0; c < model->width; ++c) embedding[c] = 0;
  for (i = 0; i < used; ++i) {
    uint32_t first;
    for (first = 0; first < model->width; first += model->panel_cols) {
      int16_t panel[EMBED_PANEL_COLS];
      TRY(readPanel(device, model, program, token + i, first, panel));
      for (c = first; c < first + model->panel_cols && c < model->width; ++c)
        embedding[c] += (float)panel[c - first] * model->lsb[c];
    }
  }
  for (c = 0; c < model->width; ++c) squares += (double)embedding[c] * embedding[c];
  if (model->normalize)
    scale = squares > 0 ? 1 / sqrt(squares) : 0;
  else
    scale = 1.0 / used;
  for (c = 0; c < model->width; ++c) embedding[c] = (float)(embedding[c] * scale);
  return INTFORMER_OK;
}

/* Windows and program of this model: the last run may have been another's. */
static intformer_result choose(intformer_device* device, const embed_model* model,
                               const embed_program* program) {
  uint32_t i;
  for (i = 0; i < model->window_count; ++i)
    TRY(intformer_set_window(device, i, model->windows[i].base, model->windows[i].end,
                             model->windows[i].permissions));
  return intformer_set_program(device, program->address, program->commands);
}

intformer_result embed_run(intformer_device* device, const embed_model* model,
                           const uint32_t* lengths, uint32_t sentences, const uint32_t* ids,
                           float* embeddings) {
  const embed_program* program = embed_find(model, lengths, sentences);
  uint32_t token = 0;
  uint32_t i;
  if (program == NULL) return INTFORMER_NO_PROGRAM;
  TRY(intformer_reset(device, kResetCycles)); /* whatever the last run came to */
  TRY(writeTokens(device, model, program, ids));
  TRY(choose(device, model, program));
  TRY(intformer_start(device));
  TRY(intformer_wait(device, kRunFactor * program->cycles));
  for (i = 0; i < sentences; ++i) {
    TRY(poolSentence(device, model, program, token, lengths[i],
                     embeddings + (size_t)i * model->width));
    token += lengths[i];
  }
  return INTFORMER_OK;
}
