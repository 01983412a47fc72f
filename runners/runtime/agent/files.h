/* Actions on files: what a case consists of, and what is read of the outside. */
#ifndef FILES_H
#define FILES_H

#include "reply.h"

void do_mkdir(const struct args *a, struct buf *reply);
void do_file(const struct args *a, struct buf *reply);
void do_agent(const struct args *a, struct buf *reply);
void do_symlink(const struct args *a, struct buf *reply);
void do_node(const struct args *a, struct buf *reply);
void do_mount(const struct args *a, struct buf *reply);
void do_read(const struct args *a, struct buf *reply);
void do_write(const struct args *a, struct buf *reply);
void do_readlink(const struct args *a, struct buf *reply);
void do_stat(const struct args *a, struct buf *reply);
void do_list(const struct args *a, struct buf *reply);
void do_read_all(const struct args *a, struct buf *reply);
void do_set(const struct args *a, struct buf *reply);

#endif
