/* How the core ends with an error, and what it warns of. */
#ifndef DIE_H
#define DIE_H

#include <stdbool.h>

#include "c/attributes.h"

/*
 * Ends the process with a message, which names the step that failed. It goes to where die_to says: over a socket to the runtime that
 * waits for this process, or to standard error and the log. What before_death has set is done first.
 */
void die(const char *format, ...) PRINTF(1, 2) NORETURN;
/* The same with errno's meaning appended. */
void die_errno(const char *format, ...) PRINTF(1, 2) NORETURN;
/* From now on messages go over that socket. */
void die_to(int socket);
/* Sets what is undone before the process dies, so that a failed operation leaves nothing; NULL for nothing. */
void before_death(void (*undo)(void *context), void *context);

/* A warning to standard error and the log. */
void warn(const char *format, ...) PRINTF(1, 2);
/* A warning to the log alone: what a caller does on purpose is no news on its standard error. */
void warn_in_log(const char *format, ...) PRINTF(1, 2);

/* The file that messages are appended to (--log). */
void log_to(const char *path);
/* Whether it has a JSON object a line (--log-format json), or text. */
void log_as_json(bool json);

#endif
