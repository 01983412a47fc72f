import t from "tap";

import { minimalConfig } from "../../../../generators/runtime/base.js";
import type { ContainerCase, FileEntry } from "../../../../runners/runtime/case.js";
import type { Config } from "../../../../spec/runtime/config.js";
import { whyMayRefuse } from "../../../../suites/runtime/may-refuse.js";

const base = minimalConfig("1.3.0");
const why = (rootfs: readonly FileEntry[], parts: Partial<Config> = {}, mayRefuse?: string): string | undefined => {
  const container: ContainerCase = { config: { ...base, ...parts }, rootfs };
  return whyMayRefuse({
    format: "oci-conform/runtime-case@1",
    title: "t",
    aims: [],
    containers: [container],
    steps: [],
    ...(mayRefuse === undefined ? {} : { mayRefuse }),
  });
};
const link = (path: string, target: string): FileEntry => ({ kind: "symlink", path, target });
const cwd = (path: string): Partial<Config> => ({ process: { cwd: path, user: { uid: 0, gid: 0 }, args: ["/x"] } });
const mount = (destination: string): Partial<Config> => ({ mounts: [{ destination, type: "tmpfs", source: "tmpfs" }] });

t.test("an ordinary root file system allows no refusal", async (t) => {
  t.equal(why([]), undefined);
  t.equal(why([{ kind: "dir", path: "opt" }], mount("/opt/missing")), undefined);
  t.equal(why([], {}, "a reason of the case"), "a reason of the case");
});

t.test("links that lead to something inside have to be followed", async (t) => {
  const rootfs: readonly FileEntry[] = [{ kind: "dir", path: "real" }, link("way", "/real")];
  t.equal(why(rootfs, mount("/way")), undefined);
  t.equal(why(rootfs, mount("/way/new")), undefined, "what is missing is missing with or without the link");
  t.equal(why(rootfs, cwd("/way")), undefined);
});

t.test("those that lead out or nowhere, and a place that is taken away, do not", async (t) => {
  t.match(why([link("way", "nowhere")], mount("/way")), /leads nowhere/);
  t.match(why([link("way", "../../fixtures/out")], cwd("/way")), /leads out/);
  t.match(why([{ kind: "absent", path: "etc" }], mount("/etc")), /has no \/etc/);
  t.equal(why([link("way", "nowhere")], mount("/elsewhere")), undefined, "nobody walks there");
});

t.test("proc, sysfs and /dev are refused where no directory is", async (t) => {
  t.match(why([{ kind: "dir", path: "real" }, link("proc", "real")]), /at \/proc/);
  t.match(why([{ kind: "dir", path: "real" }, link("dev", "real")]), /at \/dev/);
  t.match(why([{ kind: "file", path: "dev" }]), /at \/dev/);
  t.match(why([link("opt/device", "x")], { linux: { devices: [{ type: "c", path: "/opt/device", major: 1, minor: 3 }] } }), /device/);
});

t.test("a working directory by way of /proc", async (t) => {
  t.match(why([], cwd("/proc/self/fd/7")), /through \/proc/);
  t.equal(why([], cwd("/process")), undefined);
});
