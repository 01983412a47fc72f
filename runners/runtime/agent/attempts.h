#ifndef ATTEMPTS_H
#define ATTEMPTS_H

#include "c/buf.h"
#include "probe.h"

/* One attempt: its fields after decoding, the name first. */
struct attempt {
  int count;
  char *fields[64];
  size_t lengths[64]; /* they may contain NUL */
};

static inline const char *field(const struct attempt *a, int at) { return at < a->count ? a->fields[at] : ""; }
long long field_number(const struct attempt *a, int at);

/* Adds the errno's name of the last call that failed, or "0". */
void json_errno(struct buf *b, int failed);

/* attempts_files.c */
void try_read(struct buf *b, const struct attempt *a);
void try_write(struct buf *b, const struct attempt *a);
void try_create(struct buf *b, const struct attempt *a);
void try_mkdir(struct buf *b, const struct attempt *a);
void try_unlink(struct buf *b, const struct attempt *a);
void try_stat(struct buf *b, const struct attempt *a);
void try_readlink(struct buf *b, const struct attempt *a);
void try_list(struct buf *b, const struct attempt *a);
void try_chown(struct buf *b, const struct attempt *a);
void try_device(struct buf *b, const struct attempt *a);
void try_mknod(struct buf *b, const struct attempt *a);
void try_mount(struct buf *b, const struct attempt *a);
void try_umount(struct buf *b, const struct attempt *a);
void try_atime(struct buf *b, const struct attempt *a);
void try_openpty(struct buf *b, const struct attempt *a);
/* attempts_children.c: what may end the process that does it is done by a child */
void try_exec(struct buf *b, const struct attempt *a);
void try_setuid_exec(struct buf *b, const struct attempt *a);
void try_syscall(struct buf *b, const struct attempt *a);
void try_fork(struct buf *b, const struct attempt *a);
void try_allocate(struct buf *b, const struct attempt *a);
/* attempts_system.c */
void try_sethostname(struct buf *b, const struct attempt *a);
void try_shm(struct buf *b, const struct attempt *a);
void try_kill(struct buf *b, const struct attempt *a);
void try_interfaces(struct buf *b, const struct attempt *a);

#endif
