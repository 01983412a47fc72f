#include "signals.h"

#include <ctype.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct {
  const char *name;
  int number;
} names[] = {{"HUP", SIGHUP},   {"INT", SIGINT},   {"QUIT", SIGQUIT}, {"ILL", SIGILL},       {"TRAP", SIGTRAP},     {"ABRT", SIGABRT},
             {"IOT", SIGABRT},  {"BUS", SIGBUS},   {"FPE", SIGFPE},   {"KILL", SIGKILL},     {"USR1", SIGUSR1},     {"SEGV", SIGSEGV},
             {"USR2", SIGUSR2}, {"PIPE", SIGPIPE}, {"ALRM", SIGALRM}, {"TERM", SIGTERM},     {"STKFLT", SIGSTKFLT}, {"CHLD", SIGCHLD},
             {"CLD", SIGCHLD},  {"CONT", SIGCONT}, {"STOP", SIGSTOP}, {"TSTP", SIGTSTP},     {"TTIN", SIGTTIN},     {"TTOU", SIGTTOU},
             {"URG", SIGURG},   {"XCPU", SIGXCPU}, {"XFSZ", SIGXFSZ}, {"VTALRM", SIGVTALRM}, {"PROF", SIGPROF},     {"WINCH", SIGWINCH},
             {"IO", SIGIO},     {"POLL", SIGIO},   {"PWR", SIGPWR},   {"SYS", SIGSYS}};

/* The kernel's own, not what a C library leaves of them. */
enum { RT_MIN = 34, RT_MAX = 64 };

int signal_number(const char *text) {
  char *end;
  if (isdigit((unsigned char)*text)) {
    long number = strtol(text, &end, 10);
    return *end == 0 && number > 0 && number <= RT_MAX ? (int)number : -1;
  }
  if (!strncasecmp(text, "SIG", 3)) text += 3;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (!strcasecmp(text, names[i].name)) return names[i].number;
  if (strncasecmp(text, "RTMIN", 5) && strncasecmp(text, "RTMAX", 5)) return -1;
  long offset = text[5] ? strtol(text + 5, &end, 10) : 0;
  if (text[5] && (*end || (text[5] != '+' && text[5] != '-'))) return -1;
  long number = (strncasecmp(text, "RTMIN", 5) ? RT_MAX : RT_MIN) + offset;
  return number >= RT_MIN && number <= RT_MAX ? (int)number : -1;
}
