#include "die.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "c/buf.h"
#include "c/file.h"
#include "c/memory.h"
#include "channel.h"

/* A process dies in one way at a time. */
static struct {
  int socket; /* -1: standard error and the log */
  void (*undo)(void *context);
  void *context;
} death = {.socket = -1};

static struct {
  const char *path;
  bool json;
} log_file;

void log_to(const char *path) { log_file.path = path; }

void log_as_json(bool json) { log_file.json = json; }

static void log_line(const char *level, const char *message) {
  if (!log_file.path) return;
  AUTO_CLOSE int fd = open(log_file.path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd < 0) return;
  time_t seconds = time(NULL);
  struct tm utc;
  char when[32] = "";
  if (gmtime_r(&seconds, &utc)) strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &utc);
  AUTO_BUF struct buf line = {0};
  if (log_file.json) {
    buf_fmt(&line, "{\"level\":\"%s\",\"msg\":", level);
    buf_json(&line, message, strlen(message));
    buf_fmt(&line, ",\"time\":\"%s\"}\n", when);
  } else {
    buf_fmt(&line, "%s %s: %s\n", when, level, message);
  }
  (void)write_all(fd, line.data, line.len);
}

void die_to(int socket) { death.socket = socket; }

void before_death(void (*undo)(void *context), void *context) {
  death.undo = undo;
  death.context = context;
}

/* What undoes may die in its turn: it is called once. */
static void end(const char *message) NORETURN;
static void end(const char *message) {
  void (*undo)(void *context) = death.undo;
  death.undo = NULL;
  if (undo) undo(death.context);
  if (death.socket >= 0) {
    (void)message_send(death.socket, MESSAGE_ERROR, message);
  } else {
    log_line("error", message);
    (void)!dprintf(STDERR_FILENO, "oci-ref: %s\n", message);
  }
  _exit(1);
}

void die(const char *format, ...) {
  struct buf message = {0};
  va_list list;
  va_start(list, format);
  buf_vfmt(&message, format, list);
  end(message.data);
}

void die_errno(const char *format, ...) {
  int error = errno;
  struct buf message = {0};
  va_list list;
  va_start(list, format);
  buf_vfmt(&message, format, list);
  buf_fmt(&message, ": %s", strerror(error));
  end(message.data);
}

void out_of_memory(void) { end("out of memory"); }

void warn(const char *format, ...) {
  AUTO_BUF struct buf message = {0};
  va_list list;
  va_start(list, format);
  buf_vfmt(&message, format, list);
  va_end(list);
  log_line("warning", message.data);
  if (death.socket < 0) (void)!dprintf(STDERR_FILENO, "oci-ref: warning: %s\n", message.data);
}

void warn_in_log(const char *format, ...) {
  AUTO_BUF struct buf message = {0};
  va_list list;
  va_start(list, format);
  buf_vfmt(&message, format, list);
  va_end(list);
  log_line("warning", message.data);
}
