import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { runClient } from "../../../../reference-client/main.js";
import { serve } from "../../../../reference-registry/serve.js";
import type { Results } from "../../../../reports/results/results.js";
import { conform, start } from "../../process.js";
import { writeLayout } from "./layout.js";

interface Judged {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The ids that fail, of each side. */
  readonly failing: Readonly<Record<"client" | "registry", readonly string[]>>;
  readonly passing: readonly string[];
}

/** What the bundled client does by way of the proxy, with a registry of ours behind it. */
async function judged(
  t: Test,
  doing: (host: string, dir: string) => readonly (readonly string[])[],
  faults: { readonly client?: string; readonly registry?: string } = {},
): Promise<Judged> {
  const dir = t.testdir();
  const registry = await serve({
    dir: join(dir, "registry"),
    host: "127.0.0.1",
    port: 0,
    morePorts: [],
    tagOrder: "bytes",
    durable: false,
    choices: [],
    ...(faults.registry === undefined ? {} : { fault: faults.registry }),
    onError: (thrown) => t.comment(thrown),
  });
  const report = join(dir, "results.json");
  const args = ["proxy", "--upstream", registry.url, "--spec", "head", "--out", join(dir, "out"), "--report", `json=${report}`];
  const { child, ended } = start(args);
  try {
    const host = await new Promise<string>((resolve) => {
      let said = "";
      child.stderr?.on("data", (text: string) => {
        said += text;
        const found = /listening on http:\/\/(\S+) for/.exec(said)?.[1];
        if (found !== undefined) resolve(found);
      });
      child.once("close", () => resolve(""));
    });
    for (const words of doing(host, dir)) {
      const fault = faults.client === undefined ? [] : ["--fault", faults.client];
      await runClient([...words, "--plain-http", ...fault], { out: () => undefined, err: (text) => t.comment(text) });
    }
  } finally {
    child.kill("SIGTERM");
  }
  const { code, stdout, stderr } = await ended;
  await registry.close();
  const read = (side: string): Results["requirements"] => {
    const file = join(dir, `results.${side}.json`);
    return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Results).requirements : [];
  };
  const having = (side: string, verdict: string): readonly string[] =>
    read(side).flatMap((each) => (each.verdict === verdict ? [each.id] : []));
  return {
    code,
    stdout,
    stderr,
    failing: { client: having("client", "fail"), registry: having("registry", "fail") },
    passing: [...having("client", "pass"), ...having("registry", "pass")],
  };
}

/** A bit of everything. */
const everything = (host: string, dir: string): readonly (readonly string[])[] => {
  const layout = join(dir, "layout");
  writeLayout(layout);
  writeFileSync(join(dir, "file"), "a bill of materials");
  return [
    ["push", layout, `${host}/team/a:v1`],
    ["push", layout, `${host}/team/b:v1`, "--chunk", "700"],
    ["push", layout, `${host}/team/c:v1`, "--single"],
    ["pull", `${host}/team/a:v1`, join(dir, "pulled")],
    ["copy", `${host}/team/a:v1`, `${host}/team/d:v2`],
    ["tags", `${host}/team/a`],
    ["attach", `${host}/team/a:v1`, join(dir, "file"), "--type", "application/vnd.example.sbom"],
    ["referrers", `${host}/team/a:v1`],
    ["delete", `${host}/team/d:v2`],
  ];
};

t.test("has nothing to say of what is right, and says what it judged", async (t) => {
  const { code, failing, passing, stdout } = await judged(t, everything);
  t.equal(code, 0, stdout);
  t.strictSame(failing, { client: [], registry: [] });
  for (const id of [
    "registry.client.accept-header",
    "registry.client.chunk-range-inclusive",
    "registry.client.chunks-in-order",
    "registry.client.close-with-digest",
    "registry.client.content-type-is-media-type",
    "registry.client.manifest-content-type",
    "registry.client.single-post-digest",
    "registry.client.upload-location-as-obtained",
    "registry.blob.get-content",
    "registry.manifest.get-digest-header-matches",
    "registry.push.manifest-created",
    "registry.tags.body-tags",
    "registry.upload.chunk-range-end",
    "registry.upload.put-created",
  ])
    t.ok(passing.includes(id), id);
});

t.test("names what a client does wrong", async (t) => {
  const faults = {
    "accept-left-out": "registry.client.accept-header",
    "chunk-range-exclusive": "registry.client.chunk-range-inclusive",
    "chunk-skipped": "registry.client.chunks-in-order",
    "single-post-other-digest": "registry.client.single-post-digest",
    "type-of-json": "registry.client.content-type-is-media-type",
  };
  for (const [client, id] of Object.entries(faults)) {
    const { failing } = await judged(t, everything, { client });
    t.ok(failing.client.includes(id), `${client}: ${failing.client.join(", ")}`);
    t.strictSame(failing.registry, [], `${client}: the registry is right`);
  }
});

t.test("names what a registry does wrong", async (t) => {
  const faults = {
    "manifest-get-with-other-digest": "registry.manifest.get-digest-header-matches",
    "blob-last-byte-changed": "registry.blob.get-content",
    "blob-put-200": "registry.upload.put-created",
    "chunk-range-one-more": "registry.upload.chunk-range-end",
    "tags-with-short-name": "registry.tags.body-name",
  };
  for (const [registry, id] of Object.entries(faults)) {
    const { failing } = await judged(t, everything, { registry });
    t.ok(failing.registry.includes(id), `${registry}: ${failing.registry.join(", ")}`);
  }
});

t.test("keeps the traffic of a finding, to be judged again", async (t) => {
  const { code, failing } = await judged(t, everything, { client: "chunks-from-one" });
  t.equal(code, 1);
  t.ok(failing.client.includes("registry.client.first-chunk-at-zero"));
  const kept = join(t.testdirName, "out", "proxy");
  const [name] = ["client-1", "client-2", "client-3", "client-4"].filter((each) => existsSync(join(kept, each)));
  const again = await conform("judge", join(kept, name ?? "none", "observation.json"));
  t.equal(again.code, 1, again.stderr);
  t.match(again.stdout, "registry.client.first-chunk-at-zero");
});

t.test("is inconclusive when nothing went by", async (t) => {
  const { code, stderr } = await judged(t, () => []);
  t.equal(code, 2);
  t.match(stderr, /^oci-conform: inconclusive: nothing went by$/m);
});

t.test("bad use is told before anything is listened to", async (t) => {
  const dir = t.testdir({ file: "" });
  mkdirSync(join(dir, "more"));
  for (const args of [
    [],
    ["--upstream", "registry.example"],
    ["--upstream", "http://127.0.0.1:1/v2/"],
    ["--upstream", "http://127.0.0.1:1", "--report", "none"],
    ["--upstream", "http://127.0.0.1:1", "--out", join(dir, "file")],
    ["--upstream", "http://127.0.0.1:1", "--ca", join(dir, "missing")],
  ])
    t.equal((await conform("proxy", ...args)).code, 64, args.join(" "));
});
