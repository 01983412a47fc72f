#ifndef NAMES_H
#define NAMES_H

/* Names of numbers, as the reports spell them. */
enum { CAPABILITIES = 41, RLIMITS = 16 };
extern const char *const capability_names[CAPABILITIES];
extern const char *const rlimit_names[RLIMITS];

#endif
