/* The container's file system: the root, what is mounted in it, devices, covered paths, and the entering of it. */
#ifndef ROOTFS_H
#define ROOTFS_H

#include "plan.h"

/* In the runtime's namespaces: opens the sources of bind mounts, and maps the ids of those that need it. */
void mounts_prepare(struct plan *plan);
/* In the container's namespaces, with the root's directory as working directory: everything up to the hooks. Returns the root. */
int rootfs_build(const struct plan *plan);
/* Masked and read-only paths and the root's own attributes: what hooks must not find yet. */
void rootfs_cover(const struct plan *plan, int root);
void rootfs_enter(const struct plan *plan, int root);
/* A pseudoterminal of the container's: becomes the standard streams and the controlling terminal; its other side is sent over the socket. */
void terminal_open(const struct step *terminal, int root, const char *devices, bool console, int socket, const struct step *user);

#endif
