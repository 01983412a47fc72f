/* What a case left behind. */
#ifndef CLEAN_H
#define CLEAN_H

#include "reply.h"
#include <stdbool.h>

/* Takes stock of the sandbox as it is without a case. */
void baseline_take(void);
void do_clean(const struct args *a, struct buf *reply);
/* Whether a clean found the sandbox itself changed, in ways that it does not undo. */
bool is_damaged(void);

#endif
