#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "c/buf.h"
#include "c/file.h"
#include "c/memory.h"
#include "paths.h"
#include "variables.h"

/* Gives a new file its exact mode and owner, whatever the umask. */
static int finish_node(const char *path, const struct args *a, uint32_t mode_at) {
  uid_t uid = (uid_t)number(a, mode_at + 1);
  gid_t gid = (gid_t)number(a, mode_at + 2);
  if ((uid || gid) && lchown(path, uid, gid)) return -1;
  return chmod(path, (mode_t)number(a, mode_at));
}

/* mkdir: path mode uid gid */
void do_mkdir(const struct args *a, struct buf *reply) {
  if (mkdir_p(text(a, 1), 0755)) return answer_error(reply, "mkdir", errno);
  answer_done(reply, finish_node(text(a, 1), a, 2), "chmod");
}

/* file: path mode uid gid content */
void do_file(const struct args *a, struct buf *reply) {
  if (write_file(text(a, 1), a->text[5], a->len[5], O_CREAT | O_TRUNC, 0600)) return answer_error(reply, "open", errno);
  answer_done(reply, finish_node(text(a, 1), a, 2), "chmod");
}

/* The bytes of the agent. */
static struct buf agent;

static int copy_agent(const char *path) {
  if (!agent.len && read_file(AGENT_PATH, &agent, SIZE_MAX)) return -1;
  return write_file(path, agent.data, agent.len, O_CREAT | O_TRUNC, 0700);
}

/* agent: path mode uid gid */
void do_agent(const struct args *a, struct buf *reply) {
  if (copy_agent(text(a, 1))) return answer_error(reply, "copy", errno);
  answer_done(reply, finish_node(text(a, 1), a, 2), "chmod");
}

/* symlink: path target */
void do_symlink(const struct args *a, struct buf *reply) { answer_done(reply, symlink(text(a, 2), text(a, 1)), "symlink"); }

/* node: path type major minor mode uid gid */
void do_node(const struct args *a, struct buf *reply) {
  char type = *text(a, 2);
  mode_t kind = type == 'b' ? S_IFBLK : type == 'p' ? S_IFIFO : type == 's' ? S_IFSOCK : S_IFCHR;
  dev_t dev = type == 'p' || type == 's' ? 0 : makedev((unsigned)number(a, 3), (unsigned)number(a, 4));
  if (mknod(text(a, 1), kind | 0600, dev)) return answer_error(reply, "mknod", errno);
  answer_done(reply, finish_node(text(a, 1), a, 5), "chmod");
}

/* mount: source target type flags data */
void do_mount(const struct args *a, struct buf *reply) {
  answer_done(reply, mount(text(a, 1), text(a, 2), text(a, 3), (unsigned long)number(a, 4), text(a, 5)), "mount");
}

/* read: path max */
void do_read(const struct args *a, struct buf *reply) {
  struct buf content = {0};
  if (read_file(text(a, 1), &content, (size_t)number(a, 2))) answer_error(reply, "read", errno);
  else answer_bytes(reply, content.data, content.len);
  buf_free(&content);
}

/* write: path data */
void do_write(const struct args *a, struct buf *reply) { answer_done(reply, write_file(text(a, 1), a->text[2], a->len[2], 0, 0), "write"); }

/* readlink: path */
void do_readlink(const struct args *a, struct buf *reply) {
  char target[4096];
  ssize_t n = readlink(text(a, 1), target, sizeof target);
  if (n < 0) return answer_error(reply, "readlink", errno);
  answer_bytes(reply, target, (size_t)n);
}

static const char *type_name(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFDIR: return "dir";
    case S_IFLNK: return "symlink";
    case S_IFCHR: return "char";
    case S_IFBLK: return "block";
    case S_IFIFO: return "fifo";
    case S_IFSOCK: return "socket";
    default: return "file";
  }
}

/* stat: path → type mode uid gid major minor size nlink dev ino */
void do_stat(const struct args *a, struct buf *reply) {
  struct stat st;
  if (lstat(text(a, 1), &st)) return answer_error(reply, "lstat", errno);
  message_begin(reply, 11);
  field_str(reply, "stat");
  field_str(reply, type_name(st.st_mode));
  field_num(reply, st.st_mode & 07777);
  field_num(reply, st.st_uid);
  field_num(reply, st.st_gid);
  field_num(reply, major(st.st_rdev));
  field_num(reply, minor(st.st_rdev));
  field_num(reply, st.st_size);
  field_num(reply, (int64_t)st.st_nlink);
  field_num(reply, (int64_t)st.st_dev);
  field_num(reply, (int64_t)st.st_ino);
}

/* list: path → names */
void do_list(const struct args *a, struct buf *reply) {
  DIR *dir = opendir(text(a, 1));
  if (!dir) return answer_error(reply, "opendir", errno);
  struct buf names = {0};
  uint32_t count = 0;
  for (struct dirent *e; (e = readdir(dir));) {
    if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..")) continue;
    field_str(&names, e->d_name);
    count++;
  }
  closedir(dir);
  message_begin(reply, count + 1);
  field_str(reply, "names");
  if (names.len) buf_add(reply, names.data, names.len);
  buf_free(&names);
}

static bool ends_with(const char *text, const char *end) {
  size_t length = strlen(text), most = strlen(end);
  return length >= most && !strcmp(text + length - most, end);
}

/* read-all: path suffix max → the contents of its files whose names end so */
void do_read_all(const struct args *a, struct buf *reply) {
  DIR *dir = opendir(text(a, 1));
  if (!dir) return answer_error(reply, "opendir", errno);
  struct buf contents = {0};
  uint32_t count = 0;
  for (struct dirent *e; (e = readdir(dir));) {
    if (!ends_with(e->d_name, text(a, 2))) continue;
    struct buf path = {0}, content = {0};
    buf_str(&path, text(a, 1));
    buf_str(&path, "/");
    buf_str(&path, e->d_name);
    if (!read_file(path.data, &content, (size_t)number(a, 3))) {
      field_bytes(&contents, content.data, content.len);
      count++;
    }
    buf_free(&path);
    buf_free(&content);
  }
  closedir(dir);
  message_begin(reply, count + 1);
  field_str(reply, "contents");
  if (contents.len) buf_add(reply, contents.data, contents.len);
  buf_free(&contents);
}

/* set: name path → bytes */
void do_set(const struct args *a, struct buf *reply) {
  struct buf content = {0};
  if (read_file(text(a, 2), &content, 4096)) {
    answer_error(reply, "read", errno);
  } else {
    while (content.len > 0 && strchr(" \t\r\n", content.data[content.len - 1])) content.data[--content.len] = 0;
    variable_set(text(a, 1), content.data);
    answer_bytes(reply, content.data, content.len);
  }
  buf_free(&content);
}
