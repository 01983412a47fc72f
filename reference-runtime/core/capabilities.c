#include "capabilities.h"

#include <linux/capability.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "c/buf.h"
#include "die.h"

enum { BOUNDING, EFFECTIVE, PERMITTED, INHERITABLE, AMBIENT, SETS };

/* What a process has, as masks. */
struct rights {
  uint64_t bounding, permitted, inheritable;
};

static uint64_t of_capability(const struct step *s) {
  int64_t number = s->number[CAPABILITY_NUMBER];
  return number >= 0 && number < 64 ? 1ULL << number : 0;
}

static int set_of(const struct step *s) {
  static const char *const names[SETS] = {"bounding", "effective", "permitted", "inheritable", "ambient"};
  for (int i = 0; i < SETS; i++)
    if (!strcmp(names[i], s->text[CAPABILITY_SET])) return i;
  die("%s: %s: there is no such set of capabilities", s->from, s->text[CAPABILITY_SET]);
}

/* What the plan asks for, less what the kernel would refuse to a process with these rights. */
static void grant(const struct plan *plan, const struct rights *have, uint64_t *sets) {
  memset(sets, 0, SETS * sizeof *sets);
  EACH(plan, CAPABILITY, s) sets[set_of(s)] |= of_capability(s);
  sets[BOUNDING] &= have->bounding;
  sets[PERMITTED] &= have->permitted;
  sets[EFFECTIVE] &= sets[PERMITTED];
  sets[INHERITABLE] &= have->inheritable | (have->permitted & sets[BOUNDING]);
  sets[AMBIENT] &= sets[PERMITTED] & sets[INHERITABLE];
}

static uint64_t read_bounding(bool all) {
  uint64_t bounding = 0;
  for (int cap = 0, is; cap < 64 && (is = prctl(PR_CAPBSET_READ, cap)) >= 0; cap++)
    if (is || all) bounding |= 1ULL << cap;
  return bounding;
}

static struct rights read_rights(void) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2] = {0};
  if (syscall(SYS_capget, &header, data)) die_errno("process.capabilities: capget");
  return (struct rights){read_bounding(false), ((uint64_t)data[1].permitted << 32) | data[0].permitted,
                         ((uint64_t)data[1].inheritable << 32) | data[0].inheritable};
}

static void list(struct buf *to, const struct step *s) { buf_fmt(to, "%s%s (%s)", to->len ? ", " : "", s->text[CAPABILITY_NAME], s->from); }

void capabilities_warn(const struct plan *plan, bool own_users) {
  if (!plan_find(plan, V_CAPABILITY)) return;
  /* Who enters a user namespace has everything there. */
  struct rights have = {read_bounding(true), ~0ULL, 0};
  if (!own_users) have = read_rights();
  uint64_t sets[SETS];
  grant(plan, &have, sets);
  uint64_t inheritable = 0;
  EACH(plan, CAPABILITY, s)
    if (set_of(s) == INHERITABLE) inheritable |= of_capability(s);
  AUTO_BUF struct buf unknown = {0}, refused = {0}, futile = {0};
  EACH(plan, CAPABILITY, s) {
    if (!of_capability(s)) list(&unknown, s);
    /* By the kernel's rule an ambient capability is an inheritable one too. Clients ask for it all the same, at every start. */
    else if (set_of(s) == AMBIENT && !(inheritable & of_capability(s))) list(&futile, s);
    else if (!(sets[set_of(s)] & of_capability(s))) list(&refused, s);
  }
  if (unknown.len) warn("unknown capabilities are left out: %s", unknown.data);
  if (futile.len) warn_in_log("ambient capabilities that are not inheritable are left out: %s", futile.data);
  if (refused.len) warn("capabilities that cannot be granted are left out: %s", refused.data);
}

void capabilities_drop_bounding(const struct plan *plan) {
  const struct step *s = plan_find(plan, V_CAPABILITIES);
  if (!s) return;
  uint64_t sets[SETS];
  struct rights have = {.bounding = read_bounding(false)};
  grant(plan, &have, sets);
  for (int number = 0; number < 64; number++)
    if ((have.bounding & ~sets[BOUNDING]) >> number & 1 && prctl(PR_CAPBSET_DROP, number))
      die_errno("%s: drop bounding capability %d", s->from, number);
}

static void raise_ambient(const struct step *s, uint64_t ambient) {
  for (int number = 0; number < 64; number++)
    if (ambient >> number & 1 && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number, 0, 0))
      die_errno("%s: raise ambient capability %d", s->from, number);
}

void capabilities_set(const struct plan *plan, bool keep_admin) {
  const struct step *s = plan_find(plan, V_CAPABILITIES);
  if (!s) return;
  struct rights have = read_rights();
  uint64_t granted[SETS];
  grant(plan, &have, granted);
  /* What is kept for loading the filter is gone with execve(2), whose outcome does not depend on the permitted set. */
  uint64_t admin = keep_admin ? 1ULL << CAP_SYS_ADMIN & have.permitted : 0;
  uint64_t effective = granted[EFFECTIVE] | admin, permitted = granted[PERMITTED] | admin, inheritable = granted[INHERITABLE];
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2] = {{(uint32_t)effective, (uint32_t)permitted, (uint32_t)inheritable},
                                           {(uint32_t)(effective >> 32), (uint32_t)(permitted >> 32), (uint32_t)(inheritable >> 32)}};
  if (syscall(SYS_capset, &header, data)) die_errno("%s: capset", s->from);
  raise_ambient(s, granted[AMBIENT]);
}

bool capability_permitted(int number) { return read_rights().permitted >> number & 1; }
