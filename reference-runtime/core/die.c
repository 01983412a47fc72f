#include "core.h"

#include <sys/socket.h>
#include <time.h>

void (*at_death)(void);
struct log_options log_options;
const char *seeded_fault;
static int death_socket = -1;

void out_of_memory(void) { die("out of memory"); }

static void log_line(const char *level, const char *message) {
  if (!log_options.path) return;
  AUTO_CLOSE int fd = open(log_options.path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd < 0) return;
  time_t seconds = time(NULL);
  struct tm utc;
  char when[32] = "";
  if (gmtime_r(&seconds, &utc)) strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &utc);
  struct buf line = {0};
  if (log_options.json) {
    buf_fmt(&line, "{\"level\":\"%s\",\"msg\":", level);
    buf_json(&line, message, strlen(message));
    buf_fmt(&line, ",\"time\":\"%s\"}\n", when);
  } else {
    buf_fmt(&line, "%s %s: %s\n", when, level, message);
  }
  (void)!write(fd, line.data, line.len);
  free(line.data);
}

void die_to(int socket) { death_socket = socket; }

static void end(const char *format, va_list list, bool with_errno) PRINTF(1, 0) NORETURN;
static void end(const char *format, va_list list, bool with_errno) {
  int error = errno;
  struct buf message = {0};
  buf_vfmt(&message, format, list);
  if (with_errno) buf_fmt(&message, ": %s", strerror(error));
  void (*cleanup)(void) = at_death;
  at_death = NULL;
  if (cleanup) cleanup();
  if (death_socket >= 0) {
    struct buf packet = {0};
    buf_add(&packet, "!", 1);
    buf_add(&packet, message.data, message.len);
    (void)!send(death_socket, packet.data, packet.len, MSG_NOSIGNAL);
  } else {
    log_line("error", message.data);
    (void)!dprintf(STDERR_FILENO, "oci-ref: %s\n", message.data);
  }
  _exit(1);
}

void die(const char *format, ...) {
  va_list list;
  va_start(list, format);
  end(format, list, false);
}
void die_errno(const char *format, ...) {
  va_list list;
  va_start(list, format);
  end(format, list, true);
}

void warn(const char *format, ...) {
  struct buf message = {0};
  va_list list;
  va_start(list, format);
  buf_vfmt(&message, format, list);
  va_end(list);
  log_line("warning", message.data);
  if (death_socket < 0) (void)!dprintf(STDERR_FILENO, "oci-ref: warning: %s\n", message.data);
  free(message.data);
}

void warn_in_log(const char *format, ...) {
  struct buf message = {0};
  va_list list;
  va_start(list, format);
  buf_vfmt(&message, format, list);
  va_end(list);
  log_line("warning", message.data);
  free(message.data);
}

bool fault(const char *name) { return seeded_fault && !strcmp(seeded_fault, name); }
