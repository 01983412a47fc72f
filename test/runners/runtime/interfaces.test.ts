import { spawnSync } from "node:child_process";
import { copyFileSync, lstatSync, mkdirSync, readlinkSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t, { type Test } from "tap";

import { agentPath } from "../../../runners/runtime/build-native.js";
import type { NetworkInterface } from "../../../runners/runtime/observation.js";
import { inside, rootfs } from "./agent-fixture.js";

/*
 * What the agent makes and lists of network interfaces, by its ordinary build and under the sanitizers. Each time in namespaces of its own.
 */

const root = fileURLToPath(new URL("../../../..", import.meta.url));
const SANITIZED = join(root, "build", "agent-asan");
const made = spawnSync("make", ["-s", "-C", join(root, "runners/runtime/agent"), "sanitize"], { encoding: "utf8" });

/** Where a program that is not static finds its libraries. */
const LIBRARIES = ["usr", "lib", "lib32", "lib64", "libx32"].flatMap((name) => {
  const found = lstatSync(`/${name}`, { throwIfNoEntry: false });
  return found ? [{ name, link: found.isSymbolicLink() ? readlinkSync(`/${name}`) : undefined }] : [];
});

/** The interfaces that the probe of a build finds after a shell's preparations; `$AGENT` is that build as the shell finds it. */
function interfacesBy(t: Test, agent: string, before: string): readonly NetworkInterface[] {
  const directory = rootfs(t, [{ do: "interfaces" }]);
  copyFileSync(agent, join(directory, ".oci/agent"));
  for (const { name, link } of LIBRARIES) link === undefined ? mkdirSync(join(directory, name)) : symlinkSync(link, join(directory, name));
  const mounts = LIBRARIES.flatMap(({ name, link }) => (link === undefined ? [`mount --rbind -o ro /${name} "$1/${name}"`] : []));
  const ended = inside(directory, ["/.oci/agent", "probe"], ["proc"], `AGENT=$1/.oci/agent\n${mounts.join("\n")}\n${before}`, {
    env: { PATH: process.env.PATH ?? "", ASAN_OPTIONS: "detect_leaks=0" },
  });
  const [result] = ended.report?.attempts ?? [];
  if (result?.errno !== "0" || !result.interfaces) throw new Error(`${ended.status ?? ended.signal}: ${ended.stderr}`);
  return result.interfaces;
}

t.test("the agent builds with sanitizers", async (t) => t.equal(made.status, 0, made.stderr));

for (const [build, agent] of [
  ["the ordinary build", agentPath()],
  ["the sanitized build", SANITIZED],
] as const) {
  const interfaces = (t: Test, before: string) => new Map(interfacesBy(t, agent, before).map(({ name, ...rest }) => [name, rest]));

  t.test(`${build} tells an address by its interface, whatever its label is`, async (t) => {
    const found = interfaces(
      t,
      `"$AGENT" do interface made0 192.0.2.1/24 2001:db8::1/64
       ip link set made0 up
       ip address add 192.0.2.7/24 dev made0 label made0:web
       ip address add 198.51.100.1/24 dev lo label lo:odd
       ip address add 169.254.3.4/16 dev made0 scope link label made0:l
       ip address add 192.0.2.20 peer 192.0.2.21/32 dev made0`,
    );
    t.same(found.get("lo"), { up: false, mtu: 65536, alternativeNames: [], addresses: ["198.51.100.1/24"] });
    t.equal(found.get("made0")?.up, true);
    const addresses = found.get("made0")?.addresses.filter((each) => !each.startsWith("fe80:"));
    t.same([...(addresses ?? [])].sort(), ["169.254.3.4/16", "192.0.2.1/24", "192.0.2.20/32", "192.0.2.7/24", "2001:db8::1/64"]);
    t.same(
      found.get("made0p")?.addresses.filter((each) => !each.startsWith("fe80:")),
      [],
    );
  });

  t.test(`${build} makes an interface that is up, with an MTU and further names, and tells all of it`, async (t) => {
    const found = interfaces(
      t,
      '"$AGENT" do interface made0 --up --mtu 1280 --names "further a-name-longer-than-fifteen-bytes" 2001:db8::1/64',
    );
    t.match(found.get("made0"), { up: true, mtu: 1280, alternativeNames: ["further", "a-name-longer-than-fifteen-bytes"] });
    t.ok(found.get("made0")?.addresses.includes("2001:db8::1/64"));
  });

  t.test(`${build} tells it by the new name of an interface that was renamed`, async (t) => {
    const found = interfaces(t, '"$AGENT" do interface made0 192.0.2.1/24\nip link set made0 down; ip link set made0 name other0');
    t.notOk(found.has("made0"));
    t.match(found.get("other0"), { up: false, addresses: ["192.0.2.1/24"] }, "its label is the old name");
  });

  t.test(`${build} reads what comes in several messages`, async (t) => {
    const many = 'n=1; while [ $n -le 250 ]; do echo "address add 192.0.2.$n/32 dev lo label lo:n$n"; n=$((n + 1)); done | ip -batch -';
    t.equal(interfaces(t, many).get("lo")?.addresses.length, 250);
  });

  t.test(`${build} says what an interface cannot be given`, async (t) => {
    for (const [words, message] of [
      ["made0 192.0.2/24", "Invalid argument"],
      ["made0 2001:db8::1::/64", "Invalid argument"],
      ["made0 192.0.2.1/33", "Invalid argument"],
      ["a-name-that-is-too-long 192.0.2.1/24", ""],
      ["lo 192.0.2.1/24", "File exists"],
      [`made0 ${"192.0.2.1/24 ".repeat(2)}`, "File exists"],
    ] as const)
      t.throws(() => interfaces(t, `"$AGENT" do interface ${words}`), new RegExp(`agent do interface: .*${message}`), words);
  });
}
