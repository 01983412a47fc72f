import { spawnSync } from "node:child_process";
import t from "tap";
import { caseOf, held, inA, pulling, pushing } from "../../../generators/client/cases.js";
import { image, index } from "../../../generators/client/images.js";
import { textOf } from "../../../generators/registry/steps.js";
import type { Behaviour } from "../../../reference-registry/behaviours/behaviour.js";
import type { ClientCase, Verb } from "../../../runners/client/case.js";
import { headerOf } from "../../../runners/client/observation.js";
import { Player } from "../../../runners/client/player.js";
import { PATHS } from "../../../runners/client/script.js";
import { CLIENT_TOOLS, toolNamed } from "../../../runners/client/tools/index.js";
import type { ClientTool } from "../../../runners/client/tools/tool.js";

const WORDS = ["REF", "REPO", "FROM", "TAG", "TYPE", "FILTER", "CHUNK", "SCHEME", "VERIFY", "USERNAME", "PASSWORD", "PROGRAM", "HOME", "W"];

t.test("a tool is known by its name, and its lines name what there is", async (t) => {
  t.equal(toolNamed("skopeo").program, "skopeo");
  t.throws(() => toolNamed("nothing"), {
    name: "UsageError",
    message: /^--tool nothing: there are skopeo, .*; others by command lines, such as --pull$/,
  });
  for (const { name, verbs } of CLIENT_TOOLS)
    for (const line of Object.values(verbs).flat()) {
      const own = new Set([...Object.keys(PATHS), ...WORDS, "HOST", "PLACE", "LINE"]);
      const unknown = [...line.matchAll(/\$\{?([A-Za-z]\w*)/g)].flatMap(([, word = ""]) => (own.has(word) ? [] : [word]));
      t.same(unknown, [], `${name}: ${line}`);
      t.equal(spawnSync("sh", ["-n", "-c", line]).status, 0, `${name}: ${line}`);
    }
});

const contents = { ...image("m", 1), ...index("i", 2), f: textOf("hello") };
const attachment = { artifactType: "application/vnd.example.a", blob: "f", annotations: { "org.example.k": "v w" } };
const bySubject = { repository: "a", reference: "{sha256:m}" };
const holds = [held("m", "t", "u")];

/** One case of each verb that any client can do. */
const CASES: Readonly<Partial<Record<Verb, ClientCase>>> = {
  pull: pulling("an image is pulled", contents),
  push: pushing("an image is pushed", contents),
  "push-chunks": { ...pushing("an image is pushed in chunks", contents), verb: "push-chunks", chunk: 50 },
  copy: caseOf("an image is copied", "copy", contents, inA("v"), {
    holds: [{ ...held("m", "t"), host: "other" }],
    from: { ...inA("t"), host: "other" },
  }),
  tags: caseOf("tags are listed", "tags", contents, inA("t"), { holds }),
  referrers: caseOf("referrers are listed", "referrers", contents, bySubject, { holds }),
  attach: caseOf("an artifact is attached", "attach", contents, bySubject, { holds, attachment }),
  delete: caseOf("a manifest is deleted", "delete", contents, bySubject, { holds }),
};

const ASKS: readonly Behaviour[] = (["registry", "other"] as const).map((host) => ({
  on: { host, to: "any" },
  does: { kind: "auth", challenges: ['Basic realm="somewhere"'], accepts: "basic" },
}));

const isThere = ({ program, needs = [] }: ClientTool): boolean =>
  [program, ...needs].every((each) => spawnSync("sh", ["-c", `command -v ${each}`]).status === 0);

for (const tool of CLIENT_TOOLS) {
  const skip =
    process.getuid?.() !== 0 ? "needs root" : isThere(tool) ? false : `needs ${[tool.program, ...(tool.needs ?? [])].join(" and ")}`;
  t.test(`${tool.name} does what it is asked to, without and with TLS and a password`, { skip }, async (t) => {
    const player = await Player.open(tool, { timeoutMs: 60_000, memoryKiB: 8 << 20 });
    t.teardown(() => player.close());
    t.match(await player.version(), /\d/);
    for (const [verb, testCase] of Object.entries(CASES)) {
      if (!Object.hasOwn(tool.verbs, verb)) continue;
      const plain = await player.play(testCase);
      const said = ({ run: { steps } }: typeof plain) => `${verb}: ${steps.at(-1)?.stderr}`;
      t.equal(plain.run.steps.at(-1)?.status, 0, said(plain));
      t.ok(plain.run.exchanges.length > 0);
      const secured = await player.play({ ...testCase, tls: true, credentials: ["registry", "other"], behaviours: ASKS });
      t.equal(secured.run.steps.at(-1)?.status, 0, said(secured));
      t.ok(secured.run.exchanges.every(({ tls }) => tls));
      t.ok(
        secured.run.exchanges.some(
          ({ request, response }) => headerOf(request, "authorization")?.startsWith("Basic ") && response?.status !== 401,
        ),
      );
      if (verb === "pull") {
        const kept = new Set(Object.values(plain.run.written).map(({ sha256 }) => sha256));
        for (const part of tool.keeps === "blobs" ? ["m", "m-config", "m-layer"] : ["m", "m-config"])
          t.ok(kept.has(plain.contents[part]?.sha256 ?? ""), part);
      }
      if (verb === "push" && tool.keeps === "blobs") t.equal(plain.run.held.registry?.["oci-conform/a"]?.tags.t, plain.contents.m?.sha256);
      if (verb === "push-chunks") t.ok(plain.run.exchanges.filter(({ request: { method } }) => method === "PATCH").length > 2);
      if (verb === "tags") t.match(plain.run.steps.at(-1)?.stdout, /\bt\b.*\bu\b/s);
      if (verb === "delete") t.notOk(plain.run.held.registry?.["oci-conform/a"]?.manifests.includes(plain.contents.m?.sha256 ?? ""));
      if (verb === "attach") t.equal(plain.run.held.registry?.["oci-conform/a"]?.manifests.length, 2);
    }
  });
}
