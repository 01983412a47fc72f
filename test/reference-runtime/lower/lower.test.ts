import t from "tap";

import type { Host } from "../../../reference-runtime/host.js";
import { loadConfig } from "../../../reference-runtime/load.js";
import { lower } from "../../../reference-runtime/lower/lower.js";
import { encodePlan, type Plan } from "../../../reference-runtime/plan.js";
import { defaultConfig } from "../../../reference-runtime/spec.js";
import type { Config, Linux, Mount } from "../../../spec/runtime/config.js";

const HOST: Host = {
  arch: "x64",
  uid: 0,
  cgroups: [{ kind: "v2", controllers: ["cpu", "memory", "pids"], mount: "/sys/fs/cgroup" }],
  resctrl: null,
  resctrlClasses: [],
};

const planOf = (config: Config, host: Host = HOST): Plan => lower(config, { bundle: "/bundle", id: "one", host });
const withLinux = (linux: Linux): Config => ({ ...defaultConfig(), linux: { ...defaultConfig().linux, ...linux } });
const argsOf = (plan: Plan, ...verbs: readonly string[]): unknown[] =>
  plan.filter(({ verb }) => verbs.includes(verb)).map(({ verb, args }) => [verb, ...args]);
const mounted = (...mounts: readonly Mount[]): unknown[] =>
  argsOf(planOf({ ...defaultConfig(), mounts }), "mount", "bind", "remount", "mount-attributes", "propagate", "idmap", "copy-up");

t.test("the default config", async (t) => {
  const plan = planOf(defaultConfig());
  t.same(argsOf(plan, "state"), [["state", '"ociVersion":"1.3.0","bundle":"/bundle"']]);
  t.same(
    argsOf(plan, "namespace").map((each) => (Array.isArray(each) ? each[1] : each)),
    ["pid", "net", "ipc", "uts", "mnt", "cgroup"],
  );
  t.same(argsOf(plan, "root", "enter", "root-propagation", "root-readonly"), [
    ["root", "/bundle/rootfs", 0x84000],
    ["root-readonly"],
    ["enter", "pivot"],
    ["root-propagation", 0x40000],
  ]);
  t.same(argsOf(plan, "mount")[1], ["mount", "tmpfs", "tmpfs", "/dev", 0x1000002, "mode=755,size=65536k"]);
  t.same(argsOf(plan, "mount").at(-1), ["mount", "cgroup2", "cgroup", "/sys/fs/cgroup", 0x20000f, ""]);
  t.same(argsOf(plan, "terminal", "arg", "cwd", "user", "rlimit", "no-new-privileges"), [
    ["terminal", 0, 0],
    ["arg", "sh"],
    ["cwd", "/"],
    ["user", 0, 0],
    ["rlimit", 7, 1024, 1024],
    ["no-new-privileges"],
  ]);
  t.same(argsOf(plan, "capabilities", "capability"), [
    ["capabilities"],
    ...["bounding", "effective", "permitted"].flatMap((set) => [
      ["capability", set, 29, "CAP_AUDIT_WRITE"],
      ["capability", set, 5, "CAP_KILL"],
      ["capability", set, 10, "CAP_NET_BIND_SERVICE"],
    ]),
  ]);
  t.equal(argsOf(plan, "device").length, 6);
});

t.test("the same config is the same plan", async (t) => {
  const again = loadConfig(JSON.stringify(defaultConfig()));
  t.equal(encodePlan(planOf(again)), encodePlan(planOf(defaultConfig())));
});

t.test("a user's container", async (t) => {
  const plan = planOf(defaultConfig({ uid: 1000, gid: 100 }), { ...HOST, uid: 1000 });
  t.same(argsOf(plan, "map", "deny-setgroups", "map-by-helper"), [
    ["map", "uid", 0, 1000, 1],
    ["map", "gid", 0, 100, 1],
    ["deny-setgroups"],
  ]);
});

t.test("mounts", async (t) => {
  t.same(mounted({ destination: "/m", source: "relative", options: ["rbind", "ro", "rnosuid", "noatime", "rslave"] }), [
    ["bind", "/bundle/relative", "/m", 1],
    ["mount-attributes", "/m", 1, 2, 0],
    ["mount-attributes", "/m", 0, 0x11, 0x70],
    ["propagate", "/m", 0x84000],
  ]);
  t.same(mounted({ destination: "/m", type: "tmpfs", source: "tmpfs", options: ["ro", "rw", "nodev", "size=1k", "sync"] }), [
    ["mount", "tmpfs", "tmpfs", "/m", 0x14, "size=1k"],
  ]);
  t.same(mounted({ destination: "/m", type: "tmpfs", options: ["remount", "ro"] }), [["remount", "/m", 1, ""]]);
  const ids = [{ containerID: 0, hostID: 3000, size: 10 }];
  t.same(mounted({ destination: "/m", source: "/s", options: ["bind", "idmap"], uidMappings: ids, gidMappings: ids }), [
    ["bind", "/s", "/m", 0],
    ["idmap", "/m", 0, "0:3000:10", "0:3000:10"],
  ]);
  t.throws(() => mounted({ destination: "/m", source: "/s", options: ["bind", "idmap"] }), { message: /^mounts\[0\]\.options: / });
  t.throws(() => mounted({ destination: "/m", options: ["bind"] }), { message: /^mounts\[0\]\.source: / });
});

t.test("the label of the mounts", async (t) => {
  const label = "system_u:object_r:container_file_t:s0:c1,c2";
  const mounts: Mount[] = [
    ...["proc", "sysfs", "mqueue", "cgroup", "tmpfs", "devpts"].map((type) => ({ destination: `/${type}`, type })),
    { destination: "/bound", source: "/s", options: ["bind"] },
    { destination: "/sized", type: "tmpfs", options: ["size=1k"] },
    { destination: "/own", type: "tmpfs", options: ["context=other"] },
  ];
  const data = (mountLabel: string): unknown[] =>
    planOf({ ...withLinux({ mountLabel }), mounts }).flatMap((each) =>
      each.verb === "mount" && each.args[4] ? [[each.from, each.args[4]]] : [],
    );
  t.same(data(label), [
    ["mounts[4] with linux.mountLabel", `context="${label}"`],
    ["mounts[5] with linux.mountLabel", `context="${label}"`],
    ["mounts[7] with linux.mountLabel", `size=1k,context="${label}"`],
    ["mounts[8]", "context=other"],
  ]);
  t.same(
    data(""),
    [
      ["mounts[7]", "size=1k"],
      ["mounts[8]", "context=other"],
    ],
    "an empty label is none",
  );
  t.throws(() => data('a",mode=777,b="'), { message: /^linux\.mountLabel: / });
});

t.test("capabilities", async (t) => {
  const { process } = defaultConfig();
  if (!process) throw new TypeError("no process");
  const steps = (bounding: readonly string[]): unknown[] =>
    planOf({ ...defaultConfig(), process: { ...process, capabilities: { bounding } } })
      .filter(({ verb }) => verb === "capability")
      .map(({ args, from }) => [...args, from]);
  t.same(steps(["CAP_KILL", "CAP_TEST", "cap\0kill"]), [
    ["bounding", 5, "CAP_KILL", "process.capabilities.bounding[0]"],
    ["bounding", -1, '"CAP_TEST"', "process.capabilities.bounding[1]"],
    ["bounding", -1, '"cap\\u0000kill"', "process.capabilities.bounding[2]"],
  ]);
  const { capabilities: _, ...without } = process;
  t.same(argsOf(planOf({ ...defaultConfig(), process: without }), "capabilities", "capability"), [["capabilities"]], "none are given");
});

t.test("other sections", async (t) => {
  const device = { type: "u", path: "/dev//null", major: 1, minor: 3, fileMode: 0o600, uid: 5, gid: 6 };
  t.same(
    argsOf(planOf(withLinux({ devices: [device] })), "device").filter((each) => Array.isArray(each) && /null$/.test(String(each[1]))),
    [["device", "/dev//null", "c", 1, 3, 0o600, 5, 6, 0]],
  );
  t.same(
    argsOf(
      planOf({ ...defaultConfig(), hooks: { poststop: [{ path: "/bin/h", timeout: 2, env: ["A=b"] }] } }),
      "hook",
      "hook-arg",
      "hook-env",
    ),
    [
      ["hook", "poststop", "/bin/h", 2000],
      ["hook-arg", "/bin/h"],
      ["hook-env", "A=b"],
    ],
  );
  t.same(argsOf(planOf(withLinux({ memoryPolicy: { mode: "MPOL_BIND", nodes: "0", flags: ["MPOL_F_STATIC_NODES"] } })), "memory-policy"), [
    ["memory-policy", 0x8002, "0"],
  ]);
  t.throws(() => planOf(withLinux({ intelRdt: {} })), { message: /^linux\.intelRdt: / });
});
