/* The front, which decides: config.json, a process or limits in, a plan out. It is TypeScript (`reference-runtime/front.ts`). */
#ifndef FRONT_H
#define FRONT_H

#include "c/buf.h"

/*
 * Asks the front, in this process by the engine that is built in, or by Node where there is none or it fails. OCI_REF_FRONT says `engine` or
 * `node` for that one alone. Dies with the front's words if it refuses what the user gave.
 */
void front_ask(const char *const *args, struct buf *answer);

enum front_result {
  FRONT_ANSWER,
  FRONT_REFUSAL, /* the user gave something wrong: the text says what */
  FRONT_FAILURE, /* it could not be asked: the text says why */
};

/* Asks the front by the engine; `text` gets what the result says. */
enum front_result engine_ask(const char *const *args, struct buf *text);

#endif
