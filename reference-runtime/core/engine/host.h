/* What the front sees of the machine (`reference-runtime/system.ts`), given by C. */
#ifndef ENGINE_HOST_H
#define ENGINE_HOST_H

#include <quickjs.h>
#include <stddef.h>

/* The object that the front takes its host from. */
JSValue host_object(JSContext *js);
/* A string of bytes that should be UTF-8; what is not is replaced as the Encoding Standard says. */
JSValue host_string(JSContext *js, const char *bytes, size_t length);

#endif
