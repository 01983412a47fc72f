import t from "tap";

import { type Hierarchy, readHost } from "../../reference-runtime/host.js";
import { nodeSystem } from "../../reference-runtime/node-system.js";

/** What a host with these mounts and files has. */
const hierarchies = (mountinfo: readonly string[], files: Readonly<Record<string, string>> = {}): readonly Hierarchy[] =>
  readHost({
    ...nodeSystem,
    read: (path) => {
      const content = path === "/proc/self/mountinfo" ? mountinfo.join("\n") : files[path];
      if (content === undefined) throw new Error(`no ${path}`);
      return content;
    },
  }).cgroups;

const ROOT = "20 1 0:1 / / rw - ext4 /dev/sda rw";
const TMPFS = "30 20 0:2 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755";

t.test("hierarchies of v1 have the controllers of their options, that of v2 those of its root", async (t) => {
  t.same(
    hierarchies(
      [
        ROOT,
        TMPFS,
        "31 30 0:3 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:9 - cgroup cgroup rw,seclabel,cpu,cpuacct",
        "32 30 0:4 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,release_agent=/x,name=systemd",
        "33 30 0:5 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,nsdelegate",
        "",
      ],
      { "/sys/fs/cgroup/unified/cgroup.controllers": "hugetlb misc\n" },
    ),
    [
      { kind: "v1", controllers: ["cpu", "cpuacct"], mount: "/sys/fs/cgroup/cpu,cpuacct" },
      { kind: "v1", controllers: ["name=systemd"], mount: "/sys/fs/cgroup/systemd" },
      { kind: "v2", controllers: ["hugetlb", "misc"], mount: "/sys/fs/cgroup/unified" },
    ],
  );
});

t.test("escaped mount points, and a hierarchy without readable controllers", async (t) => {
  t.same(hierarchies([ROOT, "31 20 0:3 / /a\\040b\\134c rw - cgroup2 none rw"]), [{ kind: "v2", controllers: [], mount: "/a b\\c" }]);
});

t.test("mounts that others hide do not count", async (t) => {
  const files = { "/sys/fs/cgroup/cgroup.controllers": "cpu memory" };
  const v1 = "31 30 0:3 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu";
  t.same(
    hierarchies([ROOT, TMPFS, v1, "40 30 0:7 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw"], files),
    [{ kind: "v2", controllers: ["cpu", "memory"], mount: "/sys/fs/cgroup" }],
    "under a mount above",
  );
  t.same(hierarchies([ROOT, TMPFS, v1, "40 31 0:7 / /sys/fs/cgroup/cpu rw - tmpfs none rw"]), [], "under a mount at the same place");
  t.same(hierarchies([ROOT, v1, TMPFS]).length, 1, "a mount that it is mounted in hides nothing, whatever the order");
  t.same(
    hierarchies([ROOT, TMPFS, v1, "40 20 0:7 / /sys/fs/cg rw - tmpfs none rw"]).length,
    1,
    "nor does a name that is a part of its own",
  );
});

t.test("of several mounts of a hierarchy, the one at the usual place counts", async (t) => {
  const mounts = ["25 20 0:3 /part /mnt/cpu rw - cgroup cgroup rw,cpu", TMPFS, "31 30 0:3 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu"];
  t.same(
    hierarchies([ROOT, ...mounts]).map(({ mount }) => mount),
    ["/sys/fs/cgroup/cpu"],
  );
});

t.test("this host", async (t) => {
  const host = readHost(nodeSystem);
  t.equal(host.arch, process.arch);
  t.equal(host.uid, process.geteuid?.());
});
