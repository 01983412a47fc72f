/* The engine's memory under sanitizers: blocks keep what was written in them, whatever others are freed, grown and reused around them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reference-runtime/core/engine/memory.h"

enum { SLOTS = 200, ROUNDS = 200000 };

static struct {
  unsigned char *data;
  size_t size;
  unsigned char mark;
} slots[SLOTS];

static void check(size_t slot, size_t size) {
  for (size_t i = 0; i < size; i++)
    if (slots[slot].data[i] != slots[slot].mark) {
      printf("slot %zu lost byte %zu of %zu\n", slot, i, size);
      exit(1);
    }
}

int main(void) {
  for (int life = 0; life < 3; life++) {
    for (int round = 0; round < ROUNDS; round++) {
      size_t slot = (size_t)rand() % SLOTS, size = (size_t)rand() % (rand() % 50 ? 300 : rand() % 20 ? 5000 : 3000000) + 1;
      check(slot, slots[slot].size);
      if (rand() % 3 == 0) {
        engine_memory.js_free(NULL, slots[slot].data);
        slots[slot].data = NULL;
        slots[slot].size = 0;
        continue;
      }
      unsigned char *data = engine_memory.js_realloc(NULL, slots[slot].data, size);
      if (!data || (size_t)data % 16 || engine_memory.js_malloc_usable_size(data) < size) {
        printf("no good block of %zu bytes\n", size);
        return 1;
      }
      slots[slot].data = data;
      check(slot, slots[slot].size < size ? slots[slot].size : size);
      slots[slot].mark = (unsigned char)rand();
      slots[slot].size = size;
      memset(data, slots[slot].mark, size);
    }
    if (engine_memory.js_malloc(NULL, SIZE_MAX - 8)) return 1;
    engine_memory_release();
    memset(slots, 0, sizeof slots);
  }
  return 0;
}
