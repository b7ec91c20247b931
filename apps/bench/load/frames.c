/* The file holds, again and again: payload size (uint32, little endian), first byte of the frame, payload.
 * Compressed payloads may refer to those before them: a connection sends them in order and, when it starts over,
 * starts with the first, which refers to nothing (RFC 7692, 7.2.3.2). */
#include "wsload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned char *read_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  if (!file) fail("cannot open %s", path);
  fseek(file, 0, SEEK_END);
  *size = (size_t)ftell(file);
  rewind(file);
  unsigned char *bytes = malloc(*size + 1);
  if (!bytes || fread(bytes, 1, *size, file) != *size) fail("cannot read %s", path);
  fclose(file);
  return bytes;
}

/* RFC 6455, 5.2: the header of a masked frame. Returns its size. */
static size_t put_header(unsigned char *target, unsigned char first, size_t payload_size, const unsigned char *key) {
  size_t at = 0;
  target[at++] = first;
  if (payload_size < 126) {
    target[at++] = (unsigned char)(0x80 | payload_size);
  } else if (payload_size < 65536) {
    target[at++] = 0x80 | 126;
    target[at++] = (unsigned char)(payload_size >> 8);
    target[at++] = (unsigned char)payload_size;
  } else {
    target[at++] = 0x80 | 127;
    for (int i = 7; i >= 0; i--) target[at++] = (unsigned char)((uint64_t)payload_size >> (8 * i));
  }
  memcpy(target + at, key, 4);
  return at + 4;
}

void frames_read(FrameTable *table, const char *path, int window) {
  size_t file_size;
  unsigned char *file = read_file(path, &file_size);
  int in_file = 0;
  for (size_t at = 0; at + 5 <= file_size; in_file++) {
    uint32_t size;
    memcpy(&size, file + at, 4);
    at += 5 + size;
    if (at > file_size) fail("%s is cut off", path);
  }
  if (!in_file) fail("%s holds no frame", path);

  /* A whole window in the table: it then leaves in one call, as two ranges at most. */
  int copies = (window + in_file - 1) / in_file;
  table->count = in_file * copies;
  table->offset = calloc((size_t)table->count + 1, sizeof *table->offset);
  table->payload_size = calloc((size_t)table->count, sizeof *table->payload_size);
  table->payload = calloc((size_t)table->count, sizeof *table->payload);
  table->bytes = malloc((file_size + 14 * (size_t)in_file) * (size_t)copies);
  if (!table->bytes || !table->offset || !table->payload_size || !table->payload) fail("out of memory");

  int index = 0;
  for (int copy = 0; copy < copies; copy++) {
    for (size_t at = 0; at + 5 <= file_size; index++) {
      uint32_t size;
      memcpy(&size, file + at, 4);
      const unsigned char key[4] = {0x37, 0xfa, 0x21, (unsigned char)(0x3d + index)};
      size_t end = table->size + put_header(table->bytes + table->size, file[at + 4], size, key);
      table->payload[index] = file + at + 5;
      table->payload_size[index] = size;
      for (uint32_t i = 0; i < size; i++) table->bytes[end + i] = file[at + 5 + i] ^ key[i & 3];
      table->size = end + size;
      table->offset[index + 1] = table->size;
      at += 5 + size;
    }
  }
}
