/* What every part of the core uses: buffers, files, errors that name their step. */
#ifndef CORE_H
#define CORE_H

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "c/attributes.h"
#include "c/buf.h"
#include "c/child.h"
#include "c/clock.h"
#include "c/descriptors.h"
#include "c/file.h"
#include "c/memory.h"

/*
 * Ends the process with a message. It goes to where `die_to` says: to a socket (of the runtime process that waits), or to standard error
 * and the log. `at_death` is called first, so that a failed operation leaves nothing.
 */
void die(const char *format, ...) PRINTF(1, 2) NORETURN;
/* The same with errno's meaning appended. */
void die_errno(const char *format, ...) PRINTF(1, 2) NORETURN;
void warn(const char *format, ...) PRINTF(1, 2);
/* The same to the log alone: what a caller does on purpose is no news on its standard error. */
void warn_in_log(const char *format, ...) PRINTF(1, 2);
void die_to(int socket);
extern void (*at_death)(void);

/* Where messages go besides standard error: --log and --log-format. */
struct log_options {
  const char *path;
  bool json;
};
extern struct log_options log_options;

/* A seeded fault by name, from --fault, OCI_REF_FAULT or the plan. */
extern const char *seeded_fault;
bool fault(const char *name);

#endif
