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

type Broken = Pick<ServeOptions, "fault" | "choice" | "tagOrder">;

/** All answers of a registry to the whole scenario, and to more. */
async function play(
  base: string,
  options: Broken = {},
  more: (run: Scenario) => Promise<void> = async () => {},
): Promise<Map<string, string>> {
  const dir = mkdtempSync(join(base, "played-"));
  return answers({ dir, manifestLimit: 2_000_000, tagOrder: "caseless", ...options }, async (run) => {
    await blobs(run);
    await manifests(run);
    await rest(run);
    await more(run);
  });
}

/** The answers of a registry of that directory after the scenario was played in it, with a fault or without, and it was started again. */
async function playAgain(base: string, options: Broken = {}): Promise<Map<string, string>> {
  const dir = mkdtempSync(join(base, "again-"));
  await answers({ dir, manifestLimit: 2_000_000, tagOrder: "caseless", ...options }, async (run) => {
    await blobs(run);
    await manifests(run);
    await rest(run);
  });
  return answers({ dir }, async (run) => {
    for (const path of ["tags/list", "manifests/t1", "manifests/s1", `blobs/sha256:${"0".repeat(64)}`])
      await run.step("GET", `/v2/r/one/${path}`);
    await run.step("GET", "/v2/r/one/blobs/sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
  });
}

/** The answers of a registry to strangers. */
async function playStranger(base: string, options: Broken = {}): Promise<Map<string, string>> {
  const dir = mkdtempSync(join(base, "stranger-"));
  return answers({ dir, ...options, auth: { kind: "basic", user: "somebody", password: "x" } }, async (run) => {
    await run.step("GET", "/v2/");
    await run.step("GET", "/v2/", { headers: { Authorization: "Basic bm9ib2R5Ondyb25n" } });
  });
}

async function answers(options: ServeOptions, steps: (run: Scenario) => Promise<void>): Promise<Map<string, string>> {
  const transcript = new Transcript();
  const agent = new Agent({ keepAlive: true });
  const registry = await serve({ durable: false, ...options });
  await steps(new Scenario(new Client(registry.url, { agent }), transcript));
  await registry.close();
  agent.destroy();
  return transcript.steps;
}

/** Some faults only show by their silence: several registries are waited for at the same time. */
const AT_ONCE = 8;

t.test("each fault shows", async (t) => {
  const base = t.testdir();
  const players = { none: play, timeout: play, restart: playAgain, auth: playStranger };
  const right = new Map<typeof play, Map<string, string>>();
  for (const player of new Set(Object.values(players))) right.set(player, await player(base));
  t.same(await play(base), right.get(play), "without a fault nothing differs");
  await inParallel(FAULTS, AT_ONCE, new AbortController().signal, async ({ name, needs }) => {
    const player = players[needs ?? "none"];
    const wrong = await player(base, { fault: name });
    const usual = right.get(player);
    const differing = [...wrong].filter(([label, text]) => usual?.get(label) !== text);
    t.not(differing.length, 0, `${name}: ${differing.length} of ${usual?.size} answers`);
  });
});

t.test("each choice shows", async (t) => {
  const base = t.testdir();
  const usual = await play(base, { tagOrder: "bytes" }, fill);
  await inParallel(CHOICES, AT_ONCE, new AbortController().signal, async ({ name }) => {
    const other = await play(base, { choice: name, tagOrder: "bytes" }, fill);
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
