/* Actions that wait: for a line of output, for the end of a process, for the end of the output. */
#ifndef AWAIT_H
#define AWAIT_H

#include "reply.h"

void do_await_line(const struct args *a, struct buf *reply);
void do_await_exit(const struct args *a, struct buf *reply);
void do_output(const struct args *a, struct buf *reply);
void do_terminal(const struct args *a, struct buf *reply);

#endif
