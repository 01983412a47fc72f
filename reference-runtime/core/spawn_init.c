#include "spawn_init.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "attributes.h"
#include "c/buf.h"
#include "c/child.h"
#include "c/file.h"
#include "c/memory.h"
#include "channel.h"
#include "die.h"
#include "idmaps.h"
#include "net_device.h"
#include "resctrl.h"
#include "stage.h"

const char INIT_ENDED[] = "the container's process ended without a word";

static void run_init(void *init) { init_main(init); }

/* Whether init is to be moved into the v2 cgroup: it cannot be made there by a stage that is in another user namespace. */
static bool is_moved(const struct plan *plan) { return plan_has_namespace(plan, "user"); }

static void map_ids(const struct plan *plan, int socket, pid_t stage) {
  free(channel_expect(socket, MESSAGE_USER_NAMESPACE_MADE, INIT_ENDED));
  cgroups_enter_v2(plan, stage);
  idmaps_write(plan, stage);
  channel_order(socket, MESSAGE_IDS_MAPPED, INIT_ENDED);
}

int spawn_init(struct init *init, struct spawned *spawned) {
  const struct plan *plan = &init->container->plan;
  int sockets[2], status;
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets)) die_errno("socketpair");
  init->socket = sockets[1];
  AUTO_CLOSE int cgroup = is_moved(plan) ? -1 : cgroup_v2_fd(plan);
  spawned->stage = fork();
  if (spawned->stage < 0) die_errno("fork");
  if (spawned->stage == 0) {
    before_death(NULL, NULL);
    close(sockets[0]);
    stage_main(&(struct stage){.plan = plan, .socket = sockets[1], .cgroup = cgroup, .child = run_init, .argument = init});
  }
  close(sockets[1]);
  if (plan_find_named(plan, V_NAMESPACE, "user")) map_ids(plan, sockets[0], spawned->stage);
  AUTO_FREE char *pid = channel_expect(sockets[0], MESSAGE_PID, INIT_ENDED);
  spawned->init = atoi(pid);
  if (wait_child(spawned->stage, &status)) die_errno("wait for the stage");
  spawned->stage = 0;
  return sockets[0];
}

static void move_net_devices(const struct plan *plan, pid_t pid) {
  if (!plan_find(plan, V_NET_DEVICE)) return;
  AUTO_FREE char *path = format("/proc/%d/ns/net", (int)pid);
  AUTO_CLOSE int namespace = open(path, O_RDONLY | O_CLOEXEC);
  if (namespace < 0) die_errno("linux.netDevices: open %s", path);
  EACH(plan, NET_DEVICE, s) net_device_move(s->from, s->text[NET_DEVICE_NAME], s->text[NET_DEVICE_NEW_NAME], namespace);
}

void init_provide(const struct init *init, pid_t pid) {
  const struct plan *plan = &init->container->plan;
  /* Of a user namespace that it joined; in one of its own it was made in the cgroup by a stage that is there. */
  if (is_moved(plan) && !plan_find_named(plan, V_NAMESPACE, "user")) cgroups_enter_v2(plan, pid);
  attributes_score(plan, pid);
  resctrl_join(plan, pid);
  move_net_devices(plan, pid);
}
