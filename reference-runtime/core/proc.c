#include "proc.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "c/buf.h"
#include "c/file.h"
#include "c/memory.h"

unsigned long long process_start_time(pid_t pid) {
  AUTO_FREE char *path = format("/proc/%d/stat", (int)pid);
  AUTO_BUF struct buf text = {0};
  if (pid <= 0 || read_file_at(AT_FDCWD, path, &text)) return 0;
  /* The name of the program may contain anything; its state comes after it, and the start time 19 fields later. */
  const char *after = strrchr(text.data, ')');
  static const char fields[] = " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu";
  char state = 0;
  unsigned long long ticks = 0;
  if (!after || sscanf(after + 1, fields, &state, &ticks) != 2) return 0;
  return state == 'Z' || state == 'X' ? 0 : ticks;
}

char *process_namespace(pid_t pid, const char *type) {
  AUTO_FREE char *path = format("/proc/%d/ns/%s", (int)pid, type);
  char identity[128];
  ssize_t length = readlink(path, identity, sizeof identity - 1);
  if (length < 0) return NULL;
  identity[length] = 0;
  return xstrdup(identity);
}
