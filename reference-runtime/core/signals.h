#ifndef SIGNALS_H
#define SIGNALS_H

/* The number of a signal given as `15`, `TERM`, `SIGTERM` or `RTMIN+3`; -1 for anything else. */
int signal_number(const char *text);

#endif
