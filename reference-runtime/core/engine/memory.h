/* The engine's memory: it lives for one question, and goes at once. */
#ifndef ENGINE_MEMORY_H
#define ENGINE_MEMORY_H

#include <quickjs.h>

extern const JSMallocFunctions engine_memory;
/* Gives back all that was allocated. */
void engine_memory_release(void);

#endif
