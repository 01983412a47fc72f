/*
 * `agent tree DIRECTORY…`: what a tree of files is like, as lines of text; `agent powers DIRECTORY`: what can be made there, `xattr NAME`
 * for each kind of extended attributes, and `device`. Never follows a link and never leaves the file system. Names are hexadecimal, `-` when empty:
 *
 *   D directory         (of several, before each)
 *   N errno             (one that is not there)
 *   P path kind mode uid gid seconds nanoseconds dev:ino size sha256 major:minor target
 *   X name value        (of the path before it)
 *   E path errno        (what could not be read)
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "agent.h"
#include "c/buf.h"
#include "c/file.h"
#include "c/memory.h"
#include "names.h"
#include "reply.h"
#include "sha256.h"
#include "tree.h"

/* Larger files are described by their size alone: a sparse one can be of any size. */
enum { HASHED_MAX = 64 << 20, DEPTH_MAX = 4096 };

/* How a tree is walked, and where the lines go. */
struct tree {
  struct buf out;
  dev_t dev;
  bool whole; /* with extended attributes, and written to standard output as it grows */
  char *const *left_out;
  uint32_t left_out_count;
};

static void hex(struct buf *out, const void *data, size_t len) {
  const unsigned char *p = data;
  if (!len) buf_str(out, "-");
  for (size_t i = 0; i < len; i++) buf_fmt(out, "%02x", p[i]);
}

static void complain(struct buf *out, const struct buf *path, int error) {
  buf_str(out, "E ");
  hex(out, path->data, path->len);
  buf_fmt(out, " %s\n", errno_name(error));
}

static int hash(int at, const char *name, struct buf *out) {
  AUTO_CLOSE int fd = openat(at, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return -1;
  static char chunk[1 << 16];
  unsigned char digest[32];
  struct sha256 s;
  sha256_begin(&s);
  ssize_t n;
  while ((n = read(fd, chunk, sizeof chunk)) > 0) sha256_add(&s, chunk, (size_t)n);
  if (n < 0) return -1;
  sha256_end(&s, digest);
  hex(out, digest, sizeof digest);
  return 0;
}

static void xattrs(int at, const char *name, struct buf *out) {
  /* There is no lgetxattrat; the descriptor's own directory does the same. */
  AUTO_FREE char *path = NULL;
  struct buf made = {0};
  buf_fmt(&made, "/proc/self/fd/%d/%s", at, name);
  path = buf_take(&made);
  static char names[1 << 16], value[1 << 16];
  ssize_t len = llistxattr(path, names, sizeof names);
  for (const char *each = names; len > 0 && each < names + len; each += strlen(each) + 1) {
    ssize_t size = lgetxattr(path, each, value, sizeof value);
    if (size < 0) continue;
    buf_str(out, "X ");
    hex(out, each, strlen(each));
    buf_str(out, " ");
    hex(out, value, (size_t)size);
    buf_str(out, "\n");
  }
}

static char kind_of(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFREG: return 'f';
    case S_IFDIR: return 'd';
    case S_IFLNK: return 'l';
    case S_IFCHR: return 'c';
    case S_IFBLK: return 'b';
    case S_IFIFO: return 'p';
    default: return 's';
  }
}

static void node(int at, const char *name, const struct buf *path, const struct stat *st, struct tree *tree) {
  struct buf *out = &tree->out;
  char kind = kind_of(st->st_mode);
  buf_str(out, "P ");
  hex(out, path->data, path->len);
  buf_fmt(out, " %c %o %u %u %lld %ld %llu:%llu %lld ", kind, (unsigned)st->st_mode & 07777, st->st_uid, st->st_gid,
          (long long)st->st_mtim.tv_sec, st->st_mtim.tv_nsec, (unsigned long long)st->st_dev, (unsigned long long)st->st_ino,
          (long long)st->st_size);
  if (kind != 'f' || st->st_size > HASHED_MAX || hash(at, name, out)) buf_str(out, "-");
  if (kind == 'c' || kind == 'b') buf_fmt(out, " %u:%u ", major(st->st_rdev), minor(st->st_rdev));
  else buf_str(out, " - ");
  static char target[1 << 13];
  ssize_t len = kind == 'l' ? readlinkat(at, name, target, sizeof target) : 0;
  hex(out, target, len > 0 ? (size_t)len : 0);
  buf_str(out, "\n");
  if (tree->whole) xattrs(at, name, out);
}

static void flush(struct tree *tree) {
  if (write_all(1, tree->out.data, tree->out.len)) exit(1);
  tree->out.len = 0;
}

/* Whether a path, from the root of the tree, is one of those to which nobody looks. */
static bool is_left_out(const struct tree *tree, const struct buf *path) {
  for (uint32_t i = 0; i < tree->left_out_count; i++)
    if (path->len == strlen(tree->left_out[i]) && !memcmp(path->data, tree->left_out[i], path->len)) return true;
  return false;
}

static void walk(int directory, struct buf *path, int depth, struct tree *tree);

/* One entry of a directory, and all below. */
static void visit(int directory, const char *name, struct buf *path, int depth, struct tree *tree) {
  struct stat st;
  if (is_left_out(tree, path)) return;
  if (fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW)) return complain(&tree->out, path, errno);
  node(directory, name, path, &st, tree);
  AUTO_CLOSE int below = S_ISDIR(st.st_mode) && st.st_dev == tree->dev && depth < DEPTH_MAX
                             ? openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
                             : -1;
  if (below >= 0) walk(below, path, depth + 1, tree);
}

static void walk(int directory, struct buf *path, int depth, struct tree *tree) {
  int copy = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *entries = copy < 0 ? NULL : fdopendir(copy);
  if (!entries) return complain(&tree->out, path, errno);
  for (struct dirent *each; (each = readdir(entries));) {
    if (!strcmp(each->d_name, ".") || !strcmp(each->d_name, "..")) continue;
    size_t before = path->len;
    if (before) buf_str(path, "/");
    buf_str(path, each->d_name);
    visit(directory, each->d_name, path, depth, tree);
    path->len = before;
    if (tree->whole && tree->out.len > 1 << 16) flush(tree);
  }
  closedir(entries);
}

/* Describes a directory and all below. -1 with errno. */
static int describe(const char *directory, struct tree *tree) {
  AUTO_CLOSE int root = open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  struct stat st;
  if (root < 0 || fstat(root, &st)) return -1;
  tree->dev = st.st_dev;
  struct buf path = {0};
  node(root, ".", &path, &st, tree);
  walk(root, &path, 0, tree);
  buf_free(&path);
  return 0;
}

void do_tree(const struct args *a, struct buf *reply) {
  struct tree tree = {.left_out = a->text + 2, .left_out_count = a->count - 2};
  if (describe(text(a, 1), &tree)) answer_error(reply, "open", errno);
  else answer_bytes(reply, tree.out.data, tree.out.len);
  buf_free(&tree.out);
}

/* Prints one tree. 0, or -1 with errno when there is no such directory. */
static int print_tree(const char *directory) {
  struct tree tree = {.whole = true};
  if (describe(directory, &tree)) return -1;
  flush(&tree);
  buf_free(&tree.out);
  return 0;
}

int tree_main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: agent tree DIRECTORY…\n");
    return EXIT_USAGE;
  }
  if (argc == 2) {
    if (!print_tree(argv[1])) return 0;
    fprintf(stderr, "tree: %s: %s\n", argv[1], strerror(errno));
    return 1;
  }
  for (int i = 1; i < argc; i++) {
    struct tree head = {0};
    buf_fmt(&head.out, "D %s\n", argv[i]);
    flush(&head);
    if (print_tree(argv[i])) buf_fmt(&head.out, "N %s\n", errno_name(errno));
    flush(&head);
    buf_free(&head.out);
  }
  return 0;
}

int powers_main(int argc, char **argv) {
  static const char *const names[] = {"user.", "trusted.", "security.capability"};
  /* A capability set of version 2 without capabilities: the kernel takes no other form. */
  static const unsigned char none[20] = {0, 0, 0, 2};
  if (argc != 2 || chdir(argv[1])) {
    fprintf(stderr, "usage: agent powers DIRECTORY\n");
    return EXIT_USAGE;
  }
  if (write_file(".probe", "", 0, O_CREAT, 0600)) return 1;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char name[64];
    snprintf(name, sizeof name, "%s%s", names[i], i < 2 ? "probe" : "");
    if (!setxattr(".probe", name, i < 2 ? (const void *)"1" : none, i < 2 ? 1 : sizeof none, 0)) printf("xattr %s\n", names[i]);
  }
  unlink(".probe");
  if (!mknod(".probe", S_IFCHR | 0600, makedev(1, 3))) {
    printf("device\n");
    unlink(".probe");
  }
  return 0;
}
