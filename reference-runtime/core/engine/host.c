#include "host.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../fault.h"
#include "c/buf.h"
#include "c/file.h"
#include "c/memory.h"
#include "c/utf8.h"

#if defined(__x86_64__)
#define ARCH "x64"
#elif defined(__aarch64__)
#define ARCH "arm64"
#endif

JSValue host_string(JSContext *js, const char *bytes, size_t length) {
  if (utf8_valid(bytes, length)) return JS_NewStringLen(js, bytes, length);
  struct buf text = {0};
  utf8_replace(&text, bytes, length);
  JSValue string = JS_NewStringLen(js, text.data, text.len);
  free(text.data);
  return string;
}

/* The errnos that opening, reading, writing and listing files end with. */
static const struct {
  int number;
  const char *name;
} errnos[] = {
#define NAME(symbol) {symbol, #symbol}
    NAME(ENOENT), NAME(EACCES), NAME(EISDIR), NAME(ENOTDIR), NAME(ELOOP),  NAME(ENAMETOOLONG), NAME(EPERM),  NAME(EEXIST), NAME(EROFS),
    NAME(ENOSPC), NAME(EDQUOT), NAME(EIO),    NAME(EMFILE),  NAME(ENFILE), NAME(ENOMEM),       NAME(EINVAL), NAME(ENXIO),  NAME(ENODEV),
};

static JSValue throw_errno(JSContext *js, int error) {
  const char *name = "EUNKNOWN";
  for (size_t i = 0; i < sizeof errnos / sizeof *errnos; i++)
    if (errnos[i].number == error) name = errnos[i].name;
  JSValue thrown = JS_NewError(js);
  JS_DefinePropertyValueStr(js, thrown, "code", JS_NewString(js, name), JS_PROP_C_W_E);
  return JS_Throw(js, thrown);
}

static JSValue host_read(JSContext *js, JSValueConst self, int count, JSValueConst *args) {
  (void)self;
  (void)count;
  const char *path = JS_ToCString(js, args[0]);
  if (!path) return JS_EXCEPTION;
  struct buf text = {0};
  bool failed = strcmp(path, "-") ? read_file_at(AT_FDCWD, path, &text) : read_all(STDIN_FILENO, &text);
  int error = errno;
  JS_FreeCString(js, path);
  JSValue result = failed ? throw_errno(js, error) : host_string(js, text.data, text.len);
  free(text.data);
  return result;
}

static JSValue host_list(JSContext *js, JSValueConst self, int count, JSValueConst *args) {
  (void)self;
  (void)count;
  const char *path = JS_ToCString(js, args[0]);
  if (!path) return JS_EXCEPTION;
  DIR *directory = opendir(path);
  int error = errno;
  JS_FreeCString(js, path);
  if (!directory) return throw_errno(js, error);
  JSValue names = JS_NewArray(js);
  uint32_t at = 0;
  for (struct dirent *e; (e = readdir(directory));)
    if (strcmp(e->d_name, ".") && strcmp(e->d_name, ".."))
      JS_SetPropertyUint32(js, names, at++, host_string(js, e->d_name, strlen(e->d_name)));
  closedir(directory);
  return names;
}

static JSValue host_create(JSContext *js, JSValueConst self, int count, JSValueConst *args) {
  (void)self;
  (void)count;
  const char *path = JS_ToCString(js, args[0]);
  size_t length;
  const char *text = path ? JS_ToCStringLen(js, &length, args[1]) : NULL;
  if (!text) {
    JS_FreeCString(js, path);
    return JS_EXCEPTION;
  }
  AUTO_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  bool failed = fd < 0 || write_all(fd, text, length);
  int error = errno;
  JS_FreeCString(js, path);
  JS_FreeCString(js, text);
  return failed ? throw_errno(js, error) : JS_UNDEFINED;
}

static JSValue host_cwd(JSContext *js, JSValueConst self, int count, JSValueConst *args) {
  (void)self;
  (void)count;
  (void)args;
  AUTO_FREE char *path = getcwd(NULL, 0);
  return path ? host_string(js, path, strlen(path)) : throw_errno(js, errno);
}

JSValue host_object(JSContext *js) {
  static const JSCFunctionListEntry functions[] = {
      JS_CFUNC_DEF("read", 1, host_read),
      JS_CFUNC_DEF("list", 1, host_list),
      JS_CFUNC_DEF("create", 2, host_create),
      JS_CFUNC_DEF("cwd", 0, host_cwd),
  };
  JSValue host = JS_NewObject(js);
  JS_SetPropertyFunctionList(js, host, functions, sizeof functions / sizeof *functions);
  JS_SetPropertyStr(js, host, "arch", JS_NewString(js, ARCH));
  JS_SetPropertyStr(js, host, "uid", JS_NewInt64(js, geteuid()));
  JS_SetPropertyStr(js, host, "gid", JS_NewInt64(js, getegid()));
  if (fault_seeded()) JS_SetPropertyStr(js, host, "fault", host_string(js, fault_seeded(), strlen(fault_seeded())));
  return host;
}
