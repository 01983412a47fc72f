/* Tests of the library in c/, as TAP. The sanitizers that it is built with look on. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "c/buf.h"
#include "c/cgroup.h"
#include "c/child.h"
#include "c/descriptors.h"
#include "c/file.h"
#include "c/memory.h"
#include "c/netlink.h"

void out_of_memory(void) { abort(); }

static int tests;

static void check(bool holds, const char *what) {
  printf("%s %d - %s\n", holds ? "ok" : "not ok", ++tests, what);
  fflush(stdout);
}

static void buffers(void) {
  AUTO_BUF struct buf b = {0};
  buf_add(&b, "", 0);
  check(b.data && b.len == 0 && *b.data == 0, "a buffer to which nothing was added is an empty text");
  for (int i = 0; i < 1000; i++) buf_fmt(&b, "%04d", i);
  check(b.len == 4000 && !strcmp(b.data + 3996, "0999"), "a buffer grows, and a text is never cut");
  b.len = 0;
  buf_fmt(&b, "%s", "");
  check(*b.data == 0, "an empty text from a format ends the buffer, too");
  AUTO_FREE char *taken = buf_take(&b);
  check(taken && !b.data && b.len == 0, "what was taken is the caller's");
}

static void json(void) {
  static const struct {
    const char *text, *json;
  } rows[] = {
      {"a\"\\\n\x7f", "\"a\\\"\\\\\\u000a\\u007f\""},
      {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\""},
      {"\xff", "\"\\ufffd\""},
      {"\xc0\xaf", "\"\\ufffd\\ufffd\""},            /* overlong */
      {"\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\""}, /* half of a surrogate pair */
      {"\xf4\x90\x80\x80z", "\"\\ufffd\\ufffd\\ufffd\\ufffdz\""},
      {"\xe2\x82", "\"\\ufffd\\ufffd\""},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    AUTO_BUF struct buf b = {0};
    buf_json(&b, rows[i].text, strlen(rows[i].text));
    check(!strcmp(b.data, rows[i].json), rows[i].json);
  }
  AUTO_BUF struct buf zero = {0};
  buf_json(&zero, "a\0b", 3);
  check(!strcmp(zero.data, "\"a\\u0000b\""), "a zero is a character of a JSON string");
}

static void files(void) {
  AUTO_BUF struct buf all = {0}, some = {0}, whole = {0}, none = {0};
  check(!mkdir_p("a/b/c", 0700) && !mkdir_p("a/b/c", 0700), "directories are made with their parents, and may be there");
  check(!write_file("a/f", "0123456789", 10, O_CREAT, 0600), "a file is made");
  check(write_file("a/none/f", "", 0, O_CREAT, 0600) == -1 && errno == ENOENT, "not in a directory that is not there");
  check(!read_file("a/f", &some, 4) && !strcmp(some.data, "0123"), "no more is read than was asked for");
  check(!read_file_at(AT_FDCWD, "a/f", &all) && all.len == 10, "a whole file is read");
  check(!write_setting("a/f", "ab") && !read_file("a/f", &whole, 99) && !strcmp(whole.data, "ab23456789"),
        "a setting is written without truncation");
  check(write_setting("a/none", "x") == -1 && errno == ENOENT, "a setting is not made");
  check(read_file("a", &none, 9) == -1 && errno == EISDIR && none.data && !*none.data, "a failed read leaves a text");
  AUTO_CLOSE int fd = open("a/f", O_RDONLY | O_CLOEXEC);
  char bytes[11];
  check(read_exactly(fd, bytes, 10) == 1 && read_exactly(fd, bytes, 1) == 0, "exactly so many bytes, or the end");
  struct stat st;
  check(!stat(fd_path(fd), &st) && st.st_size == 10, "an open file has a path");
  check(!symlink("/etc", "a/link") && !stat("a", &st) && !remove_tree(AT_FDCWD, "a", st.st_dev) && access("a", F_OK) &&
            !access("/etc", F_OK),
        "a tree is removed, and links are not followed");
  check(!remove_tree(AT_FDCWD, "a", st.st_dev), "nothing is no failure");
}

static void count_signal(int number) { (void)number; }

/* A child that interrupts this process over and over: while it writes a byte at a time, and then until it ends. */
static pid_t interrupting_writer(int out) {
  pid_t parent = getpid(), pid = fork();
  if (pid) return pid;
  for (int i = 0; i < 50; i++) {
    for (int times = 0; times < 20; times++) kill(parent, SIGUSR1);
    (void)!write(out, "x", 1);
  }
  close(out);
  for (int times = 0; times < 20000; times++) kill(parent, SIGUSR1);
  _exit(7);
}

static void interruptions(void) {
  struct sigaction action = {.sa_handler = count_signal}; /* without SA_RESTART */
  sigaction(SIGUSR1, &action, NULL);
  int ends[2], status;
  AUTO_BUF struct buf got = {0};
  (void)!pipe2(ends, O_CLOEXEC);
  pid_t pid = interrupting_writer(ends[1]);
  close(ends[1]);
  check(!read_all(ends[0], &got) && got.len == 50, "a signal does not interrupt reading");
  close(ends[0]);
  check(!wait_child(pid, &status) && exit_code(status) == 7, "nor waiting for a child");
  check(wait_child(pid, &status) == -1 && errno == ECHILD, "which there is only once");
  signals_reset();
}

static void children(void) {
  int hold[2], status;
  (void)!pipe2(hold, O_CLOEXEC);
  pid_t pid = fork();
  if (pid == 0) {
    close(hold[1]);
    char byte;
    (void)read_exactly(hold[0], &byte, 1);
    _exit(0);
  }
  AUTO_CLOSE int process = pidfd_open(pid);
  check(process >= 0 && pidfd_wait(process, 0) == 0, "a process that lives is not waited for beyond the time");
  check(!pidfd_kill(process, SIGKILL) && pidfd_wait(process, 60000) == 1, "its end is seen");
  check(!wait_child(pid, &status) && exit_code(status) == 128 + SIGKILL, "its exit code is a shell's");
  check(pidfd_kill(process, SIGKILL) == -1 && errno == ESRCH, "no other process is killed in its place");
  close(hold[0]);
  close(hold[1]);
}

static int open_count(void) {
  int count = 0;
  for (int fd = 0; fd < 256; fd++) count += fcntl(fd, F_GETFD) >= 0;
  return count;
}

static void descriptors(void) {
  int pair[2], got, all[MOST_DESCRIPTORS], before = open_count();
  size_t count;
  char byte = 0;
  (void)!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair);
  struct stat st, here;
  AUTO_CLOSE int directory = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  check(descriptor_send(pair[0], directory, "d", 1) == 1 && descriptor_receive(pair[1], &byte, 1, &got) == 1 && byte == 'd',
        "a byte and a descriptor arrive");
  check(!fstat(got, &st) && !fstat(directory, &here) && st.st_ino == here.st_ino && fcntl(got, F_GETFD) == FD_CLOEXEC,
        "it is the same file, and is closed at execve");
  close(got);
  check(!write_all(pair[0], "x", 1) && descriptor_receive(pair[1], &byte, 1, &got) == 1 && got == -1, "a byte arrives without one");
  check(descriptor_send(pair[0], directory, "a", 1) == 1 && descriptors_receive(pair[1], &byte, 1, 0, all, &count) == 1 && count == 1,
        "all that came are told");
  close(all[0]);
  check(descriptors_receive(pair[1], &byte, 1, MSG_DONTWAIT, all, &count) == -1 && errno == EAGAIN && count == 0,
        "none are told where nothing came");
  close(pair[0]);
  check(descriptor_receive(pair[1], &byte, 1, &got) == 0 && got == -1, "the end is told");
  close(pair[1]);
  check(open_count() == before + 1, "none stays open");
}

static void count_links(const struct nlmsghdr *message, void *context) {
  const struct rtattr *name = netlink_find(message, sizeof(struct ifinfomsg), IFLA_IFNAME);
  if (name && !strcmp(RTA_DATA(name), "lo")) ++*(int *)context;
}

static void netlink(void) {
  struct ifinfomsg any = {.ifi_family = AF_UNSPEC};
  struct netlink_request r;
  int found = 0;
  AUTO_CLOSE int fd = netlink_open(0);
  netlink_begin(&r, RTM_GETLINK, NLM_F_DUMP, &any, sizeof any);
  check(fd >= 0 && !netlink_ask(fd, &r, count_links, &found) && found == 1, "a list is read to its end");
  netlink_begin(&r, RTM_GETLINK, 0, &any, sizeof any);
  netlink_add(&r, IFLA_IFNAME, "no-such-link", 13);
  check(netlink_ask(fd, &r, NULL, NULL) == -1 && errno == ENODEV, "the kernel's error is told");
  char large[600] = {0};
  netlink_begin(&r, RTM_GETLINK, 0, &any, sizeof any);
  struct rtattr *nest = netlink_nest(&r, IFLA_LINKINFO, large, sizeof large);
  netlink_end(&r, nest);
  check(netlink_ask(fd, &r, NULL, NULL) == -1 && errno == EMSGSIZE, "what does not fit is not sent");
}

int main(void) {
  buffers();
  json();
  files();
  interruptions();
  children();
  descriptors();
  netlink();
  check(!cgroup_remove("no-such-cgroup"), "a cgroup that is gone needs no removal");
  printf("1..%d\n", tests);
  return 0;
}
