/* Commands of the target. */
#ifndef RUN_H
#define RUN_H

#include "reply.h"
#include <stdbool.h>

void do_run(const struct args *a, struct buf *reply);
void do_ask_pid(const struct args *a, struct buf *reply);
void do_join(const struct args *a, struct buf *reply);
/* Two fields: the kind of an exit (exited, signaled, timeout), and its code or the signal's name. */
void exit_fields(struct buf *reply, int status, bool timed_out);
/* At the end of a case, and at the beginning of a batch. */
void runs_reset(void);
void runs_begin_batch(void);
/* One more variable (NAME=VALUE) for every command. */
void add_environment(const char *entry);

#endif
