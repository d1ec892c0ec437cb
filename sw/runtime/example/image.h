#ifndef INTFORMER_EXAMPLE_IMAGE_H
#define INTFORMER_EXAMPLE_IMAGE_H

/* image.bin: what goes to memory, then a trailer of 64 bytes that stays with the host and says what
 * it is. Offsets into the trailer; numbers are little endian. A host refuses other formats: programs
 * that ask more of it than format 1 does will come with another one. */
enum {
  IMAGE_MAGIC = 0,           /* the 8 bytes of IMAGE_MAGIC_TEXT */
  IMAGE_FORMAT = 8,          /* uint32: IMAGE_FORMAT_VALUE */
  IMAGE_INTERFACE = 12,      /* uint32: version of the device's registers */
  IMAGE_CONFIG_HASH = 16,    /* uint64: of the device, as in its registers */
  IMAGE_BYTES = 24,          /* uint64: those before the trailer */
  IMAGE_ADDRESS = 32,        /* uint64: where the device sees the first of them */
  IMAGE_ID = 40,             /* uint64: FNV-1a of them, 64 bits */
  IMAGE_PROGRAMS = 48,       /* uint32 */
  IMAGE_VERSION = 52,        /* of the compiler: text, up to 12 bytes, zeros behind */
  IMAGE_VERSION_BYTES = 12,
  IMAGE_TRAILER_BYTES = 64,
  IMAGE_FORMAT_VALUE = 1
};
#define IMAGE_MAGIC_TEXT "INTFIMG\n"

#endif
