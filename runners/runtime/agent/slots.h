/* The stdio of containers. */
#ifndef SLOTS_H
#define SLOTS_H

#include "c/buf.h"
#include <stdbool.h>
#include <stdint.h>

enum { MAX_SLOTS = 8, SLOT_LIMIT = 4 << 20 };

/* The stdio of one container: pipes that outlive the runtime's create, and its terminal if it has one. */
struct slot {
  struct buf out, err;
  int open_streams;
  bool stale; /* what it holds is of a case that was cleaned up */
  bool has_terminal;
  unsigned rows, columns;
};

/* The slot of a number; the first for a number that is none. */
struct slot *slot_of(int64_t number);
/* The same, about to receive: without what an earlier case left in it. */
struct slot *slot_use(int64_t number);
/* At the end of a case: nothing comes any more; what came can still be fetched. */
void slots_end(void);

#endif
