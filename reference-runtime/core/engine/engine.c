/* The front in this process: its bytecode, made by the build (compile.c), carried along and run by QuickJS. */
#include <quickjs.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "../front.h"
#include "host.h"
#include "memory.h"

__asm__(
    ".section .rodata\n"
    ".global front_bytecode, front_bytecode_end\n"
    "front_bytecode: .incbin \"" FRONT_BYTECODE
    "\"\n"
    "front_bytecode_end:\n"
    ".previous\n");
extern const uint8_t front_bytecode[], front_bytecode_end[];

static void add_property(JSContext *js, struct buf *text, JSValueConst value, const char *name) {
  JSValue property = JS_GetPropertyStr(js, value, name);
  size_t length;
  const char *string = JS_ToCStringLen(js, &length, property);
  if (string) buf_add(text, string, length);
  JS_FreeCString(js, string);
  JS_FreeValue(js, property);
}

/* What was thrown: a ConfigError is the user's, anything else is trouble of the engine or of the front. */
static enum front_result thrown(JSContext *js, struct buf *text) {
  JSValue exception = JS_GetException(js);
  struct buf name = {0};
  add_property(js, &name, exception, "name");
  bool refusal = name.data && !strcmp(name.data, "ConfigError");
  if (!refusal) buf_fmt(text, "%s: ", name.data ? name.data : "?");
  free(name.data);
  add_property(js, text, exception, "message");
  buf_add(text, "", 0);
  JS_FreeValue(js, exception);
  return refusal ? FRONT_REFUSAL : FRONT_FAILURE;
}

static JSValue call_front(JSContext *js, const char *const *args) {
  JSValue code = JS_ReadObject(js, front_bytecode, (size_t)(front_bytecode_end - front_bytecode), JS_READ_OBJ_BYTECODE);
  JSValue front = JS_EvalFunction(js, code);
  if (JS_IsException(front)) return front;
  JSValue words = JS_NewArray(js), answer = JS_GetPropertyStr(js, front, "answer"), host = host_object(js);
  for (uint32_t i = 0; args[i]; i++) JS_SetPropertyUint32(js, words, i, host_string(js, args[i], strlen(args[i])));
  JSValue result = JS_Call(js, answer, JS_UNDEFINED, 2, (JSValue[]){host, words});
  JS_FreeValue(js, host);
  JS_FreeValue(js, words);
  JS_FreeValue(js, answer);
  JS_FreeValue(js, front);
  return result;
}

/*
 * Under the sanitizer each value is allocated and freed by itself: it sees a wrong use, and the engine aborts over a value that is left.
 * Otherwise all of the memory goes at once.
 */
#ifdef __SANITIZE_ADDRESS__
static JSRuntime *new_runtime(void) { return JS_NewRuntime(); }
static void free_all(JSRuntime *runtime, JSContext *js) {
  if (js) JS_FreeContext(js);
  if (runtime) JS_FreeRuntime(runtime);
}
#else
static JSRuntime *new_runtime(void) { return JS_NewRuntime2(&engine_memory, NULL); }
static void free_all(JSRuntime *runtime, JSContext *js) {
  (void)runtime;
  (void)js;
  engine_memory_release();
}
#endif

/* Of the language, the front uses these. */
static JSContext *new_context(JSRuntime *runtime) {
  JSContext *js = JS_NewContextRaw(runtime);
  if (!js) return NULL;
  JS_AddIntrinsicBaseObjects(js);
  JS_AddIntrinsicRegExp(js);
  JS_AddIntrinsicJSON(js);
  JS_AddIntrinsicMapSet(js);
  return js;
}

/* Half of what this process has at most: a recursion that is too deep shall end as an error, not as a crash. */
static void limit_stack(JSRuntime *runtime) {
  struct rlimit limit;
  if (!getrlimit(RLIMIT_STACK, &limit) && limit.rlim_cur / 2 < JS_DEFAULT_STACK_SIZE) JS_SetMaxStackSize(runtime, limit.rlim_cur / 2);
}

enum front_result engine_ask(const char *const *args, struct buf *text) {
  JSRuntime *runtime = new_runtime();
  JSContext *js = runtime ? new_context(runtime) : NULL;
  if (!js) {
    buf_str(text, "there is not enough memory");
    free_all(runtime, js);
    return FRONT_FAILURE;
  }
  limit_stack(runtime);
  /* All of it goes soon. */
  JS_SetGCThreshold(runtime, SIZE_MAX);
  JSValue result = call_front(js, args);
  enum front_result outcome = FRONT_ANSWER;
  size_t length;
  const char *answer = JS_IsException(result) ? NULL : JS_ToCStringLen(js, &length, result);
  if (answer) buf_add(text, answer, length);
  else outcome = thrown(js, text);
  JS_FreeCString(js, answer);
  JS_FreeValue(js, result);
  free_all(runtime, js);
  return outcome;
}
