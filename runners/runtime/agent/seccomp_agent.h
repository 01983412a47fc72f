/* Seccomp agents of a case. */
#ifndef SECCOMP_AGENT_H
#define SECCOMP_AGENT_H

#include "reply.h"

void do_seccomp_agent(const struct args *a, struct buf *reply);
void do_seccomp_deliveries(const struct args *a, struct buf *reply);
/* At the end of a case. */
void seccomp_reset(void);

#endif
