import { readFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { type ServeOptions, serve } from "../../../../reference-registry/serve.js";
import { conform } from "../../process.js";

/** `--repository`: what is in a repository that is there stays as it was, and what was pushed to it goes. */

const EMPTY = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
const TYPE = "application/vnd.oci.image.manifest.v1+json";
const NAMES = ["team/one", "two"];

interface Registry {
  readonly url: string;
  /** All that a client sees of both repositories. */
  seen(): Promise<unknown>;
}

/** A registry with two repositories that are somebody's: the tags, and a blob that half the world has. */
async function withImages(t: Test, options: Partial<ServeOptions> = {}): Promise<Registry> {
  const registry = await serve({ dir: join(t.testdirName, "data"), durable: false, ...options });
  t.teardown(() => registry.close());
  const put = (method: string, path: string, body: string, type: string): Promise<Response> =>
    fetch(`${registry.url}${path}`, { method, body, headers: { "content-type": type } });
  const manifest = {
    schemaVersion: 2,
    mediaType: TYPE,
    config: { mediaType: "application/vnd.oci.empty.v1+json", digest: EMPTY, size: 2 },
    layers: [],
  };
  for (const name of NAMES) {
    await put("POST", `/v2/${name}/blobs/uploads/?digest=${EMPTY}`, "{}", "application/octet-stream");
    for (const tag of ["v1", "latest", "t"]) await put("PUT", `/v2/${name}/manifests/${tag}`, JSON.stringify(manifest), TYPE);
  }
  const get = async (path: string): Promise<unknown> => {
    const response = await fetch(`${registry.url}${path}`);
    return [path, response.status, await response.text()];
  };
  const paths = NAMES.flatMap((name) => [
    `/v2/${name}/tags/list`,
    `/v2/${name}/manifests/v1`,
    `/v2/${name}/manifests/latest`,
    `/v2/${name}/blobs/${EMPTY}`,
  ]);
  return { url: registry.url, seen: () => Promise.all(paths.map(get)) };
}

const run = (url: string, out: string, ...more: readonly string[]) =>
  conform("registry", "--url", url, "--spec", "head", "--cases", "60", "--out", out, "--report", "tap", "--jobs", "2", ...more);

const SOME = ["registry.blob", "registry.manifest", "registry.push", "registry.tags", "registry.delete", "registry.names", "robustness"];
const only = SOME.flatMap((id) => ["--only", id]);

t.test("repositories that are there are left as they were", async (t) => {
  const dir = t.testdir();
  const { url, seen } = await withImages(t);
  const before = await seen();
  const { code, stdout, stderr } = await run(url, join(dir, "out"), ...NAMES.flatMap((name) => ["--repository", name]), ...only);
  t.equal(code, 0, stdout + stderr);
  t.same(await seen(), before);
  for (const id of [
    "registry.manifest.get-content",
    "registry.blob.get-unknown",
    "registry.delete.manifest-gone",
    "registry.blob.get-in-other-repository",
  ])
    t.match(stdout, new RegExp(`^ok \\d+ - ${id.replaceAll(".", "\\.")}$`, "m"));
  t.match(stdout, /registry\.names\.repository-repeated-separators # SKIP it takes repositories of its own/);
});

t.test("what cannot be deleted is told", async (t) => {
  const dir = t.testdir();
  const { url } = await withImages(t, { choice: "no-deletion" });
  const out = join(dir, "out");
  const { code, stderr } = await run(url, out, "--repository", "team/one", "--only", "registry.blob.get-ok", "--cases", "0");
  t.equal(code, 0, stderr);
  t.match(stderr, /^oci-conform: pushed, and not deleted:\n {2}\/v2\/team\/one\//);
  t.match(readFileSync(join(out, "left-behind.txt"), "utf8"), /\/v2\/team\/one\/blobs\/sha256:[0-9a-f]{64}: 405\n/);
});
