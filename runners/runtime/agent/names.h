#ifndef NAMES_H
#define NAMES_H

/* Names of numbers, as the reports spell them. */
enum { CAPABILITIES = 41, RLIMITS = 16 };
extern const char *const capability_names[CAPABILITIES];
extern const char *const rlimit_names[RLIMITS];

/* The name of an errno or of a signal; never NULL, valid until the next call. */
const char *errno_name(int number);
const char *signal_name(int number);

#endif
