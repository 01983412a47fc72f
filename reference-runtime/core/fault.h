/* Faults that the harness seeds into the core, to test itself with. */
#ifndef FAULT_H
#define FAULT_H

#include <stdbool.h>

/* Seeds the fault of that name: from --fault, OCI_REF_FAULT or a plan. */
void fault_seed(const char *name);
/* The same, unless there is one already. */
void fault_seed_default(const char *name);
/* The seeded fault's name, or NULL. */
const char *fault_seeded(void);
/* Whether that fault is seeded. */
bool fault(const char *name);

#endif
