import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { readConfig } from "../../../cli/config/read.js";
import { mistakes, notYaml } from "./mistakes.js";

const file = join(t.testdir(), "oci-conform.yaml");

function read(yaml: string | Buffer) {
  writeFileSync(file, yaml);
  return readConfig(file);
}

/** What a config is refused for, without the file's name; undefined when it is taken. */
function refused(given: () => unknown): string | undefined {
  try {
    given();
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof Error) || thrown.name !== "UsageError") throw thrown;
    return thrown.message.replace(file, "");
  }
}

for (const { yaml, said } of [...notYaml, ...mistakes]) {
  t.test(JSON.stringify(yaml), async (t) => {
    const message = refused(() => read(yaml));
    t.equal(message?.slice(0, said.length), said);
    t.notMatch(message, /\p{Cc}/u, "one line");
  });
}

t.test("files that cannot be read", async (t) => {
  t.equal(
    refused(() => readConfig(join(t.testdir(), "none.yaml"))),
    `${join(t.testdirName, "none.yaml")}: there is no such file`,
  );
  t.equal(
    refused(() => readConfig(t.testdirName)),
    `${t.testdirName}: cannot be read (a directory)`,
  );
  t.equal(
    refused(() => read(Buffer.from([0xff, 0xfe, 0x61, 0]))),
    ": is not UTF-8 text",
  );
});

t.test("aliases that make much of little are refused in time", async (t) => {
  const names = "bcdefghi".split("");
  const lines = names.map(
    (name, at) =>
      `${name}: &${name} [${Array(9)
        .fill(`*${at === 0 ? "a" : names[at - 1]}`)
        .join(", ")}]`,
  );
  t.match(
    refused(() => read(`a: &a [x]\n${lines.join("\n")}\n`)),
    /too large, or nested too deep, for a config$/,
  );
});

t.test("targets, with what holds for them", async (t) => {
  const targets = read(`# yaml-language-server: $schema=x
format: oci-conform/config@1
defaults: { level: should, timeout: 5, rate: 9 }
report: &reports [json=a.json, tap]
targets:
  - name: crun
    runtime: &options { bin: "crun --debug", only: [a, b], jobs: 0x2, cases: "7", bail: true, keep: false, timeout: 1.50 }
  - name: again
    runtime: *options
    matrix: { spec: [1.0.2, 1.1.0] }
  - name: zot
    registry: { authfile: true, url: http://127.0.0.1:5000, report: *reports }
  - name: hub
    registry: { authfile: auth.json, namespace: "" }
  - name: layout
    image: { paths: x.tar }
  - name: tools
    image: {}
    matrix: { tool: [[umoci, skopeo], podman] }
`);
  const values = targets.map(({ name, kind, own, defaults, matrix }) => ({
    name,
    kind: kind.label,
    own: Object.fromEntries([...own].map(([key, { value }]) => [key, value])),
    defaults: Object.fromEntries([...defaults].map(([key, { value }]) => [key, value])),
    matrix: Object.fromEntries([...matrix].map(([key, settings]) => [key, settings.map(({ value }) => value)])),
  }));
  const report = ["json=a.json", "tap"];
  const own = {
    bin: ["crun --debug"],
    only: ["a", "b"],
    jobs: ["0x2"],
    cases: ["7"],
    bail: true,
    keep: false,
    timeout: ["1.50"],
  };
  t.strictSame(values, [
    { name: "crun", kind: "runtime", own, defaults: { level: ["should"], report }, matrix: {} },
    { name: "again", kind: "runtime", own, defaults: { level: ["should"], report }, matrix: { spec: [["1.0.2"], ["1.1.0"]] } },
    {
      name: "zot",
      kind: "registry",
      own: { authfile: true, url: ["http://127.0.0.1:5000"], report },
      defaults: { level: ["should"], timeout: ["5"], rate: ["9"] },
      matrix: {},
    },
    {
      name: "hub",
      kind: "registry",
      own: { authfile: ["auth.json"], namespace: [""] },
      defaults: { level: ["should"], timeout: ["5"], rate: ["9"], report },
      matrix: {},
    },
    { name: "layout", kind: "image", own: { paths: ["x.tar"] }, defaults: { level: ["should"], report }, matrix: {} },
    {
      name: "tools",
      kind: "image --tool",
      own: {},
      defaults: { level: ["should"], timeout: ["5"], report },
      matrix: { tool: [["umoci", "skopeo"], ["podman"]] },
    },
  ]);
});
