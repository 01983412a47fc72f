/*
 * Controllers of the v2 hierarchy. A group can use one only if the root hands it on. Where the host does not, the harness
 * makes the root do so; for each such controller an empty group of the host's root says that this is to be undone. It
 * outlives a kill as the setting itself does, and so the next run can do it. All this is done with the root locked.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "c/buf.h"
#include "c/file.h"
#include "c/memory.h"
#include "sandbox_cgroup.h"
#include "sandbox_controllers.h"

static const char MARK[] = "oci-conform-undo-";

static char *below(const char *directory, const char *first, const char *second) {
  struct buf path = {0};
  buf_fmt(&path, "%s/%s%s", directory, first, second);
  return buf_take(&path);
}

/* Calls fn with each word of a file, such as the names of controllers. */
static void each_word(const char *directory, const char *file, void (*fn)(const char *directory, const char *word)) {
  AUTO_FREE char *path = below(directory, file, "");
  struct buf list = {0};
  if (!read_file(path, &list, 4096))
    for (char *save, *one = strtok_r(list.data, " \n", &save); one; one = strtok_r(NULL, " \n", &save)) fn(directory, one);
  buf_free(&list);
}

static int hand_on(const char *directory, const char *sign, const char *controller) {
  AUTO_FREE char *path = below(directory, "cgroup.subtree_control", "");
  struct buf command = {0};
  buf_fmt(&command, "%s%s", sign, controller);
  int failed = write_file(path, command.data, command.len, 0, 0);
  buf_free(&command);
  return failed;
}

static void enable(const char *directory, const char *controller) { (void)hand_on(directory, "+", controller); }

void controllers_enable(const char *directory) { each_word(directory, "cgroup.controllers", enable); }

static bool is_handed_on(const char *directory, const char *controller) {
  AUTO_FREE char *path = below(directory, "cgroup.subtree_control", "");
  struct buf list = {0};
  bool found = false;
  if (!read_file(path, &list, 4096))
    for (char *save, *one = strtok_r(list.data, " \n", &save); one && !found; one = strtok_r(NULL, " \n", &save))
      found = !strcmp(one, controller);
  buf_free(&list);
  return found;
}

static void lend(const char *mount, const char *controller) {
  if (is_handed_on(mount, controller)) return;
  AUTO_FREE char *mark = below(mount, MARK, controller);
  if (mkdir(mark, 0755)) return;
  if (hand_on(mount, "+", controller)) rmdir(mark);
}

/* Whether a group of ours is there; those of killed runs were removed before. */
static bool is_any_run(const char *mount) {
  bool found = false;
  DIR *dir = opendir(mount);
  for (struct dirent *e; dir && !found && (e = readdir(dir));) found = is_own_group(e->d_name);
  if (dir) closedir(dir);
  return found;
}

/* Another run has begun with what it sees: some targets refuse to work once a controller appears. */
void controllers_lend(const char *mount) {
  if (!is_any_run(mount)) each_word(mount, "cgroup.controllers", lend);
}

/* Whether a group has something else in a file than the mark. */
static bool differs(const char *group, const char *mark, const char *file) {
  AUTO_FREE char *first = below(group, file, ""), *second = below(mark, file, "");
  struct buf a = {0}, b = {0};
  bool other = !read_file(first, &a, 65536) && !read_file(second, &b, 65536) && (a.len != b.len || memcmp(a.data, b.data, a.len) != 0);
  buf_free(&a);
  buf_free(&b);
  return other;
}

static bool ends_with(const char *text, const char *end) {
  size_t length = strlen(text), most = strlen(end);
  return length >= most && !strcmp(text + length - most, end);
}

/* Whether a file is a setting of the controller, as opposed to a counter. */
static bool is_setting(const char *group, const char *file, const char *controller) {
  size_t length = strlen(controller);
  if (strncmp(file, controller, length) || file[length] != '.' || ends_with(file, ".pressure") || ends_with(file, ".peak")) return false;
  AUTO_FREE char *path = below(group, file, "");
  struct stat st;
  return !stat(path, &st) && (st.st_mode & (S_IRUSR | S_IWUSR)) == (S_IRUSR | S_IWUSR);
}

/* Whether somebody has set something of the controller in that group: in the mark, which nobody touches, it is as it begins. */
static bool is_used(const char *group, const char *mark, const char *controller) {
  bool used = false;
  DIR *dir = opendir(mark);
  for (struct dirent *e; dir && !used && (e = readdir(dir));)
    used = is_setting(mark, e->d_name, controller) && differs(group, mark, e->d_name);
  if (dir) closedir(dir);
  return used;
}

static bool is_used_by_others(const char *mount, const char *mark, const char *controller) {
  bool used = false;
  DIR *dir = opendir(mount);
  for (struct dirent *e; dir && !used && (e = readdir(dir));) {
    if (e->d_type != DT_DIR || e->d_name[0] == '.' || !strncmp(e->d_name, MARK, sizeof MARK - 1)) continue;
    AUTO_FREE char *group = below(mount, e->d_name, "");
    used = is_used(group, mark, controller);
  }
  if (dir) closedir(dir);
  return used;
}

void controllers_undo(const char *mount) {
  if (is_any_run(mount)) return;
  DIR *dir = opendir(mount);
  for (struct dirent *e; dir && (e = readdir(dir));) {
    if (strncmp(e->d_name, MARK, sizeof MARK - 1)) continue;
    const char *controller = e->d_name + sizeof MARK - 1;
    AUTO_FREE char *mark = below(mount, e->d_name, "");
    /* The kernel refuses where a group hands it on in its turn. */
    if (!is_used_by_others(mount, mark, controller)) (void)hand_on(mount, "-", controller);
    rmdir(mark);
  }
  if (dir) closedir(dir);
}
