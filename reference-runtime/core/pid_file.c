#include "pid_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "c/buf.h"
#include "c/file.h"
#include "c/memory.h"
#include "die.h"

void pid_file_write(const char *path, pid_t pid) {
  AUTO_FREE char *text = format("%d", (int)pid), *beside = format("%s.new", path);
  if (write_file(beside, text, strlen(text), O_CREAT | O_TRUNC, 0644)) die_errno("--pid-file: write %s", beside);
  if (rename(beside, path)) die_errno("--pid-file: rename %s to %s", beside, path);
}
