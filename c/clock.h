#ifndef C_CLOCK_H
#define C_CLOCK_H

#include <stdint.h>

/* Milliseconds of a clock that only goes forward (CLOCK_MONOTONIC). */
int64_t now_ms(void);
/* Nanoseconds since 1970 (CLOCK_REALTIME). */
uint64_t now_ns(void);

#endif
