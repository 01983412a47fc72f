/* Carries out the attempts that a case asks for: one line each, fields separated by tabs, bytes percent-encoded. */
#include "attempts.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "c/buf.h"
#include "c/file.h"
#include "names.h"

static const struct {
  const char *name;
  void (*run)(struct buf *b, const struct attempt *a);
} attempts[] = {
    {"read", try_read},       {"write", try_write},     {"create", try_create},     {"mkdir", try_mkdir},
    {"unlink", try_unlink},   {"stat", try_stat},       {"readlink", try_readlink}, {"list", try_list},
    {"chown", try_chown},     {"device", try_device},   {"mknod", try_mknod},       {"mount", try_mount},
    {"umount", try_umount},   {"atime", try_atime},     {"exec", try_exec},         {"setuid-exec", try_setuid_exec},
    {"syscall", try_syscall}, {"fork", try_fork},       {"allocate", try_allocate}, {"sethostname", try_sethostname},
    {"shm", try_shm},         {"openpty", try_openpty}, {"kill", try_kill},         {"interfaces", try_interfaces},
};

long long field_number(const struct attempt *a, int at) { return strtoll(field(a, at), NULL, 10); }

void json_errno(struct buf *b, int failed) {
  int error = errno;
  json_key(b, "errno");
  json_str(b, failed ? errno_name(error) : "0");
}

static size_t decode(char *text) {
  char *to = text;
  for (char *from = text; *from; to++) {
    if (*from == '%' && isxdigit((unsigned char)from[1]) && isxdigit((unsigned char)from[2])) {
      char hex[3] = {from[1], from[2], 0};
      *to = (char)strtol(hex, NULL, 16);
      from += 3;
    } else {
      *to = *from++;
    }
  }
  *to = 0;
  return (size_t)(to - text);
}

static void split(char *line, struct attempt *a) {
  a->count = 0;
  for (char *at = line; at && a->count < 64;) {
    char *tab = strchr(at, '\t');
    if (tab) *tab++ = 0;
    a->lengths[a->count] = decode(at);
    a->fields[a->count++] = at;
    at = tab;
  }
}

static void carry_out(struct buf *b, const struct attempt *a) {
  json_open(b, '{');
  for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++) {
    if (strcmp(attempts[i].name, a->fields[0])) continue;
    attempts[i].run(b, a);
    return json_close(b, '}');
  }
  errno = ENOSYS;
  json_errno(b, 1);
  json_close(b, '}');
}

void probe_attempts(struct buf *b) {
  struct buf text = {0};
  json_key(b, "attempts");
  json_open(b, '[');
  if (!getenv(NESTED) && !read_file(ATTEMPTS_FILE, &text, 1 << 20)) {
    for (char *save, *line = strtok_r(text.data, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
      struct attempt a;
      split(line, &a);
      carry_out(b, &a);
    }
  }
  json_close(b, ']');
  buf_free(&text);
}
