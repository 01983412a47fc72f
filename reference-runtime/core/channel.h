/*
 * The talk between the runtime and the processes that it makes, over a socket of packets: a letter that tells the kind, then its text.
 * `!` is the other side's last word: what it died of. Open descriptors may come along.
 */
#ifndef CHANNEL_H
#define CHANNEL_H

#include "core.h"

/* A process's side: its runtime being gone, or saying something else, ends it without a word. */
void channel_say(int socket, char what);
void channel_await(int socket, char what);
/* The runtime's side: dies with the other side's last word, or with `ended` when it left without one. The text, to be freed. */
char *channel_expect(int socket, char kind, const char *ended);
void channel_order(int socket, char what, const char *ended);

#endif
