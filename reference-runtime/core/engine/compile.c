/* A tool of the build: `compile SCRIPT BYTECODE` writes a script as the engine's bytecode. */
#include <errno.h>
#include <quickjs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(const char *what, const char *why) __attribute__((noreturn));
static void fail(const char *what, const char *why) {
  fprintf(stderr, "compile: %s: %s\n", what, why);
  exit(1);
}

static char *read_script(const char *path, size_t *length) {
  FILE *file = fopen(path, "rb");
  long size = file && !fseek(file, 0, SEEK_END) ? ftell(file) : -1;
  char *text = size < 0 ? NULL : calloc(1, (size_t)size + 1);
  if (text) rewind(file);
  if (!text || fread(text, 1, (size_t)size, file) != (size_t)size) fail(path, strerror(errno));
  fclose(file);
  *length = (size_t)size;
  return text;
}

int main(int argc, char **argv) {
  if (argc != 3) fail("usage", "compile SCRIPT BYTECODE");
  size_t length, size;
  char *text = read_script(argv[1], &length);
  JSRuntime *runtime = JS_NewRuntime();
  JSContext *js = runtime ? JS_NewContext(runtime) : NULL;
  if (!js) fail(argv[1], "there is not enough memory");
  JS_SetStripInfo(runtime, JS_STRIP_DEBUG);
  JSValue script = JS_Eval(js, text, length, argv[1], JS_EVAL_TYPE_GLOBAL | JS_EVAL_FLAG_COMPILE_ONLY);
  if (JS_IsException(script)) {
    const char *message = JS_ToCString(js, JS_GetException(js));
    fail(argv[1], message ? message : "it does not compile");
  }
  uint8_t *code = JS_WriteObject(js, &size, script, JS_WRITE_OBJ_BYTECODE);
  FILE *file = code ? fopen(argv[2], "wb") : NULL;
  if (!file || fwrite(code, 1, size, file) != size || fclose(file)) fail(argv[2], strerror(errno));
  return 0;
}
