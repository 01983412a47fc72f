#ifndef DEVICES_H
#define DEVICES_H

#include "plan.h"

/* Makes the device nodes of the plan and the symbolic links to them, inside the root. */
void devices_make(const struct plan *plan, int root);

#endif
