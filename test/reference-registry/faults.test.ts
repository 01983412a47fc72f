import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { Agent } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";
import { parse } from "yaml";
import { CHOICES } from "../../reference-registry/choices.js";
import { FAULTS } from "../../reference-registry/faults/index.js";
import { type ServeOptions, serve } from "../../reference-registry/serve.js";
import { inParallel } from "../../runners/explore.js";
import { Client } from "./client.js";
import { blobs, fill, manifests, rest, Scenario, Transcript } from "./scenario.js";

/** All answers of a registry: to the whole scenario, then after a restart without the fault, then to nobody in particular. */
async function play(
  base: string,
  name: string,
  fault: Pick<ServeOptions, "fault" | "choice">,
  tagOrder: ServeOptions["tagOrder"] = "caseless",
  more: (run: Scenario) => Promise<void> = async () => {},
): Promise<Map<string, string>> {
  const dir = mkdtempSync(join(base, `${name}-`));
  const transcript = new Transcript();
  const agent = new Agent({ keepAlive: true });
  const first = await serve({ dir, durable: false, manifestLimit: 2_000_000, tagOrder, ...fault });
  const run = new Scenario(new Client(first.url, { agent }), transcript);
  await blobs(run);
  await manifests(run);
  await rest(run);
  await more(run);
  await first.close();
  const second = await serve({ dir, durable: false });
  const again = new Scenario(new Client(second.url, { agent }), transcript);
  for (const path of ["tags/list", "manifests/t1", "manifests/s1", `blobs/sha256:${"0".repeat(64)}`])
    await again.step("GET", `/v2/r/one/${path}`);
  await again.step("GET", "/v2/r/one/blobs/sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
  await second.close();
  const third = await serve({ dir, durable: false, ...fault, auth: { kind: "basic", user: name, password: "x" } });
  await new Scenario(new Client(third.url, { agent }), transcript).step("GET", "/v2/");
  await third.close();
  agent.destroy();
  return transcript.steps;
}

/** Some faults only show by their silence: several registries are waited for at the same time. */
const AT_ONCE = 8;

t.test("each fault shows", async (t) => {
  const base = t.testdir();
  const right = await play(base, "none", {});
  t.same(await play(base, "none", {}), right, "without a fault nothing differs");
  await inParallel(FAULTS, AT_ONCE, new AbortController().signal, async ({ name }) => {
    const wrong = await play(base, name, { fault: name });
    const differing = [...right].filter(([label, text]) => wrong.get(label) !== text);
    t.not(differing.length, 0, `${name}: ${differing.length} of ${right.size} answers`);
  });
});

t.test("each choice shows", async (t) => {
  const base = t.testdir();
  const usual = await play(base, "none", {}, "bytes", fill);
  await inParallel(CHOICES, AT_ONCE, new AbortController().signal, async ({ name }) => {
    const other = await play(base, name, { choice: name }, "bytes", fill);
    t.ok(
      [...usual].some(([label, text]) => other.get(label) !== text),
      name,
    );
  });
  await t.rejects(serve({ dir: t.testdir(), choice: "none" }), { name: "RangeError", message: /no choice none/ });
});

t.test("names and requirements", async (t) => {
  t.equal(new Set(FAULTS.map(({ name }) => name)).size, FAULTS.length, "no name twice");
  await t.rejects(serve({ dir: t.testdir(), fault: "none" }), { name: "RangeError", message: /no fault none/ });
  const catalogue = ["requirements", "robustness"].map((file) =>
    fileURLToPath(new URL(`../../../spec/distribution/${file}.yaml`, import.meta.url)),
  );
  if (!catalogue.every((path) => existsSync(path))) return t.comment("there is no catalogue to compare with");
  const ids = new Set(catalogue.flatMap((path) => (parse(readFileSync(path, "utf8")) as { id: string }[]).map(({ id }) => id)));
  for (const { name, requirement } of FAULTS) t.ok(ids.has(requirement), `${name}: ${requirement}`);
});
