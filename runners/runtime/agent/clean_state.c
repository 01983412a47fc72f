#include "clean_state.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "c/buf.h"
#include "c/file.h"
#include "c/memory.h"
#include "fixtures.h"
#include "links.h"
#include "paths.h"

enum { MAX_MOUNTS = 4096 };

static const char *const devices[] = {"/dev/null",    "/dev/zero", "/dev/full", "/dev/random",
                                      "/dev/urandom", "/dev/tty",  "/dev/ptmx", "/dev/fuse"};
enum { DEVICES = sizeof devices / sizeof *devices };

static struct {
  bool there;
  struct stat st;
} device_baseline[DEVICES];
static char *dev_baseline;       /* of /dev */
static char *mount_baseline;     /* mountinfo */
static char *interface_baseline; /* names, each ended by a newline */
static struct utsname name_baseline;
static int loopback_baseline, segment_baseline;

static char *mountinfo(void) {
  struct buf text = {0};
  (void)read_file("/proc/self/mountinfo", &text, 8 << 20);
  return buf_take(&text);
}

/* Undoes the octal escapes of mountinfo, in place. */
static void unescape(char *path) {
  char *to = path;
  for (char *from = path; *from; from++) {
    if (from[0] == '\\' && isdigit((unsigned char)from[1]) && isdigit((unsigned char)from[2]) && isdigit((unsigned char)from[3])) {
      *to++ = (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 + (from[3] - '0'));
      from += 3;
    } else {
      *to++ = *from;
    }
  }
  *to = 0;
}

/* Whether the baseline has a mount of that id, given with a space behind it. */
static bool is_known_mount(const char *id) {
  for (const char *at = mount_baseline; (at = strstr(at, id)); at++)
    if (at == mount_baseline || at[-1] == '\n') return true;
  return false;
}

bool mounts_clean(struct list *list) {
  AUTO_FREE char *info = mountinfo();
  if (!strcmp(info, mount_baseline)) return true;
  AUTO_FREE char **targets = xcalloc(MAX_MOUNTS, sizeof *targets);
  int count = 0;
  for (char *save, *line = strtok_r(info, "\n", &save); line && count < MAX_MOUNTS; line = strtok_r(NULL, "\n", &save)) {
    char id[64], target[4096];
    if (sscanf(line, "%62s %*s %*s %*s %4095s", id, target) != 2) continue;
    if (is_known_mount(strcat(id, " "))) continue;
    unescape(target);
    if (strncmp(target, FIXTURES "/", sizeof FIXTURES)) list_add(list, target);
    targets[count++] = xstrdup(target);
  }
  while (count > 0) {
    umount2(targets[--count], MNT_DETACH | UMOUNT_NOFOLLOW);
    free(targets[count]);
  }
  AUTO_FREE char *now = mountinfo();
  return !strcmp(now, mount_baseline);
}

/* /proc/net/dev: two head lines, then `name: counters`. Calls fn for each name. */
static void each_interface(void (*fn)(const char *name, void *data), void *data) {
  struct buf text = {0};
  (void)read_file("/proc/self/net/dev", &text, 1 << 20);
  int line_number = 0;
  for (char *save, *line = text.data ? strtok_r(text.data, "\n", &save) : NULL; line; line = strtok_r(NULL, "\n", &save)) {
    char *colon = strchr(line, ':');
    if (line_number++ < 2 || !colon) continue;
    *colon = 0;
    fn(line + strspn(line, " "), data);
  }
  buf_free(&text);
}

/* The kernel makes these in every network namespace, as soon as the module of their kind is loaded. */
static bool is_kernels_own(const char *name) {
  static const char *const names[] = {"tunl0", "gre0", "gretap0", "erspan0", "ip_vti0", "ip6_vti0", "ip6tnl0", "ip6gre0", "sit0", "teql0"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (!strcmp(names[i], name)) return true;
  return false;
}

static void note_interface(const char *name, void *data) {
  buf_str(data, name);
  buf_str(data, "\n");
}

static void remove_interface(const char *name) { (void)link_delete(name); }

static void report_interface(const char *name, void *data) {
  if (has_whole_line(interface_baseline, name) || is_fixture_interface(name) || is_kernels_own(name)) return;
  list_add(data, name);
  remove_interface(name);
}

/* The flags of `lo`: that it is up is part of the sandbox. */
static int loopback_flags(void) {
  struct ifreq request = {.ifr_name = "lo"};
  AUTO_CLOSE int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  return fd < 0 || ioctl(fd, SIOCGIFFLAGS, &request) ? -1 : request.ifr_flags;
}

bool interfaces_clean(struct list *list) {
  each_interface(report_interface, list);
  each_fixture_interface(remove_interface);
  return loopback_flags() == loopback_baseline;
}

bool devices_check(struct list *list) {
  uint32_t before = list->count;
  for (int i = 0; i < DEVICES; i++) {
    if (!device_baseline[i].there) continue;
    const struct stat *was = &device_baseline[i].st;
    struct stat is;
    struct buf what = {0};
    if (lstat(devices[i], &is)) {
      buf_fmt(&what, "%s: removed", devices[i]);
    } else if ((is.st_mode & S_IFMT) != (was->st_mode & S_IFMT) || is.st_rdev != was->st_rdev) {
      buf_fmt(&what, "%s: replaced", devices[i]);
    } else if (is.st_mode != was->st_mode && !S_ISLNK(was->st_mode)) {
      buf_fmt(&what, "%s: mode %04o became %04o", devices[i], was->st_mode & 07777, is.st_mode & 07777);
    } else if (is.st_uid != was->st_uid || is.st_gid != was->st_gid) {
      buf_fmt(&what, "%s: owner %u:%u became %u:%u", devices[i], was->st_uid, was->st_gid, is.st_uid, is.st_gid);
    }
    if (what.len) list_add(list, what.data);
    buf_free(&what);
  }
  return list->count == before;
}

/* What is in /dev, one line each: its name, kind, mode, owner and number. */
static char *dev_entries(void) {
  struct buf lines = {0};
  DIR *dir = opendir("/dev");
  buf_add(&lines, "", 0);
  for (struct dirent *e; dir && (e = readdir(dir));) {
    struct stat st;
    if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..") || fstatat(dirfd(dir), e->d_name, &st, AT_SYMLINK_NOFOLLOW)) continue;
    buf_fmt(&lines, "%s %o %u:%u %llu\n", e->d_name, st.st_mode, st.st_uid, st.st_gid, (unsigned long long)st.st_rdev);
  }
  if (dir) closedir(dir);
  return buf_take(&lines);
}

bool dev_clean(void) {
  AUTO_FREE char *now = dev_entries();
  if (!strcmp(now, dev_baseline)) return true;
  struct stat st;
  if (stat("/dev", &st)) return false;
  for (char *save, *line = strtok_r(now, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
    if (has_whole_line(dev_baseline, line)) continue;
    struct buf path = {0};
    buf_fmt(&path, "/dev/%.*s", (int)strcspn(line, " "), line);
    (void)remove_tree(AT_FDCWD, path.data, st.st_dev);
    buf_free(&path);
  }
  AUTO_FREE char *left = dev_entries();
  return !strcmp(left, dev_baseline);
}

/* How many System V shared memory segments there are. */
static int segments(void) {
  struct shm_info info = {0};
  return shmctl(0, SHM_INFO, (struct shmid_ds *)&info) < 0 ? 0 : info.used_ids;
}

bool names_check(void) {
  struct utsname now;
  return !uname(&now) && !strcmp(now.nodename, name_baseline.nodename) && !strcmp(now.domainname, name_baseline.domainname) &&
         segments() == segment_baseline;
}

void state_baseline(void) {
  for (int i = 0; i < DEVICES; i++) device_baseline[i].there = !lstat(devices[i], &device_baseline[i].st);
  dev_baseline = dev_entries();
  struct buf names = {0};
  each_interface(note_interface, &names);
  interface_baseline = buf_take(&names);
  mount_baseline = mountinfo();
  loopback_baseline = loopback_flags();
  segment_baseline = segments();
  uname(&name_baseline);
}
