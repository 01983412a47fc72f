/* What the compiler is told of functions. */
#ifndef C_ATTRIBUTES_H
#define C_ATTRIBUTES_H

/* Argument f is a printf(3) format for the arguments from a on; with a = 0 they come as a va_list. */
#define PRINTF(f, a) __attribute__((format(printf, f, a)))
#define NORETURN __attribute__((noreturn))

#endif
