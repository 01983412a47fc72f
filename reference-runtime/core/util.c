#include "core.h"

#include <sys/socket.h>
#include <time.h>

void (*at_death)(void);
struct log_options log_options;
const char *seeded_fault;
static int death_socket = -1;

void free_pointer(void *pointer) { free(*(void **)pointer); }
void close_fd(const int *fd) {
  if (*fd >= 0) close(*fd);
}

void *xrealloc(void *old, size_t size) {
  void *p = realloc(old, size);
  if (!p) die("out of memory");
  return p;
}
void *xmalloc(size_t size) { return xrealloc(NULL, size ? size : 1); }

char *xstrdup(const char *text) {
  size_t size = strlen(text) + 1;
  return memcpy(xmalloc(size), text, size);
}

static void reserve(struct buf *b, size_t more) {
  if (b->cap - b->len > more) return;
  size_t cap = b->cap ? b->cap * 2 : 256;
  while (cap - b->len <= more) cap *= 2;
  b->data = xrealloc(b->data, cap);
  b->cap = cap;
}

void buf_add(struct buf *b, const void *data, size_t len) {
  reserve(b, len);
  if (len) memcpy(b->data + b->len, data, len);
  b->len += len;
  b->data[b->len] = 0;
}
void buf_str(struct buf *b, const char *text) { buf_add(b, text, strlen(text)); }

static void buf_vfmt(struct buf *b, const char *format, va_list list) PRINTF(2, 0);
static void buf_vfmt(struct buf *b, const char *format, va_list list) {
  va_list again;
  va_copy(again, list);
  char nothing[1];
  int need = vsnprintf(nothing, 0, format, list);
  if (need > 0) {
    reserve(b, (size_t)need + 1);
    vsnprintf(b->data + b->len, (size_t)need + 1, format, again);
    b->len += (size_t)need;
  }
  va_end(again);
}

void buf_fmt(struct buf *b, const char *format, ...) {
  va_list list;
  va_start(list, format);
  buf_vfmt(b, format, list);
  va_end(list);
}

char *buf_take(struct buf *b) {
  char *text = b->data ? b->data : xstrdup("");
  *b = (struct buf){0};
  return text;
}

char *format(const char *format, ...) {
  struct buf b = {0};
  va_list list;
  va_start(list, format);
  buf_vfmt(&b, format, list);
  va_end(list);
  return buf_take(&b);
}

int read_all(int fd, struct buf *out) {
  char chunk[65536];
  for (;;) {
    ssize_t got = read(fd, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return -1;
    if (got == 0) {
      buf_add(out, "", 0);
      return 0;
    }
    buf_add(out, chunk, (size_t)got);
  }
}

int read_file_at(int dir, const char *path, struct buf *out) {
  AUTO_CLOSE int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
  return fd < 0 ? -1 : read_all(fd, out);
}

int write_all(int fd, const void *data, size_t len) {
  const char *at = data;
  while (len > 0) {
    ssize_t done = write(fd, at, len);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return -1;
    at += done;
    len -= (size_t)done;
  }
  return 0;
}

int write_file_at(int dir, const char *path, const char *text) {
  AUTO_CLOSE int fd = openat(dir, path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t done = write(fd, text, strlen(text));
  return done == (ssize_t)strlen(text) ? 0 : (done >= 0 ? (errno = EIO, -1) : -1);
}

int replace_file_at(int dir, const char *name, const void *data, size_t len) {
  AUTO_FREE char *beside = format("%s.new", name);
  AUTO_CLOSE int fd = openat(dir, beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0 || write_all(fd, data, len) || fsync(fd)) return -1;
  return renameat(dir, beside, dir, name);
}

int64_t now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The length of a well-formed UTF-8 sequence, 0 for anything else. */
static size_t utf8_length(const unsigned char *s) {
  size_t n = s[0] >= 0xf0 && s[0] < 0xf5 ? 4 : s[0] >= 0xe0 ? 3 : s[0] >= 0xc2 ? 2 : 0;
  if (s[0] >= 0xf5) return 0;
  for (size_t i = 1; i < n; i++)
    if ((s[i] & 0xc0) != 0x80) return 0;
  return n;
}

void buf_json(struct buf *b, const char *text) {
  buf_str(b, "\"");
  for (const unsigned char *s = (const unsigned char *)text; *s;) {
    size_t multi = *s >= 0x80 ? utf8_length(s) : 0;
    if (multi) {
      buf_add(b, s, multi);
      s += multi;
      continue;
    }
    if (*s == '"' || *s == '\\') buf_fmt(b, "\\%c", *s);
    else if (*s < 0x20 || *s >= 0x7f) buf_fmt(b, "\\u%04x", *s);
    else buf_add(b, s, 1);
    s++;
  }
  buf_str(b, "\"");
}

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
    buf_json(&line, message);
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
