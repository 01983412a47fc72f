/* What a tree of files is like. */
#ifndef TREE_H
#define TREE_H

#include "reply.h"

/* tree: directory, paths in it to leave out… → bytes: the lines of `agent tree`, without extended attributes */
void do_tree(const struct args *a, struct buf *reply);

#endif
