#include "fault.h"

#include <stddef.h>
#include <string.h>

static const char *seeded;

void fault_seed(const char *name) { seeded = name; }

void fault_seed_default(const char *name) {
  if (!seeded) seeded = name;
}

const char *fault_seeded(void) { return seeded; }

bool fault(const char *name) { return seeded && !strcmp(seeded, name); }
