#include "memory.h"

#include <stdalign.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

/*
 * Blocks are cut from regions one after the other; what is freed waits in a list for the next block of its size. Sizes are multiples of 16 up
 * to SMALL, and powers of two above.
 */
enum { UNIT = 16, SMALL = 1024, LISTS = SMALL / UNIT + 64, REGION = 1 << 20 };

struct block {
  size_t size; /* without this header */
  struct block *next;
};

struct region {
  struct region *next;
  size_t size;
};

static struct region *regions;
static char *at, *end;
static struct block *freed[LISTS];

static size_t rounded(size_t size) {
  if (size <= SMALL) return size ? (size + UNIT - 1) / UNIT * UNIT : UNIT;
  return (size_t)1 << (64 - __builtin_clzl(size - 1));
}

static struct block **list_for(size_t size) { return &freed[size <= SMALL ? size / UNIT : SMALL / UNIT + (size_t)__builtin_ctzl(size)]; }

static int more(size_t need) {
  size_t size = sizeof(struct region) + need;
  size = size < REGION ? REGION : size;
  struct region *region = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (region == MAP_FAILED) return -1;
  *region = (struct region){.next = regions, .size = size};
  regions = region;
  at = (char *)(region + 1);
  end = (char *)region + size;
  return 0;
}

static void *allocate(JSMallocState *state, size_t size) {
  (void)state;
  if (size > SIZE_MAX / 4) return NULL;
  size = rounded(size);
  struct block **list = list_for(size), *block = *list;
  if (block) {
    *list = block->next;
  } else {
    if ((size_t)(end - at) < sizeof *block + size && more(sizeof *block + size)) return NULL;
    block = (struct block *)(void *)at;
    at += sizeof *block + size;
    block->size = size;
  }
  return block + 1;
}

static void release(JSMallocState *state, void *memory) {
  (void)state;
  if (!memory) return;
  struct block *block = (struct block *)memory - 1;
  struct block **list = list_for(block->size);
  block->next = *list;
  *list = block;
}

static size_t usable(const void *memory) { return memory ? ((const struct block *)memory - 1)->size : 0; }

static void *reallocate(JSMallocState *state, void *memory, size_t size) {
  if (size && memory && size <= usable(memory)) return memory;
  void *larger = size ? allocate(state, size) : NULL;
  if (larger && memory) memcpy(larger, memory, usable(memory));
  if (larger || !size) release(state, memory);
  return larger;
}

const JSMallocFunctions engine_memory = {allocate, release, reallocate, usable};

void engine_memory_release(void) {
  for (struct region *region = regions, *next; region; region = next) {
    next = region->next;
    munmap(region, region->size);
  }
  regions = NULL;
  at = end = NULL;
  memset(freed, 0, sizeof freed);
}
