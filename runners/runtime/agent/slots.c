#include "slots.h"

static struct slot slots[MAX_SLOTS];

struct slot *slot_of(int64_t number) { return &slots[number >= 0 && number < MAX_SLOTS ? number : 0]; }

struct slot *slot_use(int64_t number) {
  struct slot *slot = slot_of(number);
  if (slot->stale) slot->out.len = slot->err.len = 0;
  slot->stale = false;
  return slot;
}

void slots_end(void) {
  for (int i = 0; i < MAX_SLOTS; i++) {
    slots[i].open_streams = 0;
    slots[i].has_terminal = false;
    slots[i].stale = true;
  }
}
