import t from "tap";

import { refusedLevels } from "../../../../generators/runtime/factors/refused.js";
import type { Config } from "../../../../spec/runtime/config.js";
import { fakeHost } from "../../../runners/runtime/host-fixture.js";

const setting = { host: fakeHost(), release: "1.3.0" };

/** Which levels a target does not take that refuses such configs, and in how many containers that was found. */
async function found(refuses: (config: Config) => boolean) {
  let containers = 0;
  const levels = await refusedLevels(setting, async ({ containers: [container] }) => {
    containers++;
    return container !== undefined && refuses(container.config);
  });
  return { levels, containers };
}

t.test("a target that takes everything", async (t) => {
  const { levels, containers } = await found(() => false);
  t.strictSame(levels, []);
  t.ok(containers < 50, `${containers} containers`);
});

t.test("levels that are refused by themselves, also when one value of several is", async (t) => {
  const { levels, containers } = await found(
    ({ linux }) => linux?.seccomp?.flags?.includes("SECCOMP_FILTER_FLAG_SPEC_ALLOW") === true || linux?.personality?.domain === "LINUX32",
  );
  t.strictSame(levels, [
    { factor: "personality", level: "LINUX32" },
    { factor: "seccomp", level: "flags" },
  ]);
  t.ok(containers < 150, `${containers} containers`);
});

t.test("what needs a refused level is not refused by itself", async (t) => {
  const { levels } = await found(({ linux }) => linux?.namespaces?.some(({ type }) => type === "time") === true);
  t.strictSame(levels, [
    { factor: "time namespace", level: "by path" },
    { factor: "time namespace", level: "new" },
  ]);
});

t.test("what is refused together only is none of them", async (t) => {
  const { levels } = await found(({ linux, process }) => linux?.seccomp !== undefined && process?.noNewPrivileges !== undefined);
  t.strictSame(levels, []);
});
