import { mkdtempSync } from "node:fs";
import { Agent } from "node:http";
import { join } from "node:path";
import t from "tap";
import { CHOICES } from "../../reference-registry/choices.js";
import { serve } from "../../reference-registry/serve.js";
import { Client } from "./client.js";
import { blobs, fill, manifests, rest, Scenario, Transcript } from "./scenario.js";

/** All answers of a registry to the whole scenario, up to the first that is not as expected. */
async function play(base: string, choice: string | undefined, expected?: Transcript): Promise<Transcript> {
  const transcript = new Transcript(expected);
  const agent = new Agent({ keepAlive: true });
  const dir = mkdtempSync(join(base, "played-"));
  const registry = await serve({ dir, durable: false, manifestLimit: 2_000_000, ...(choice === undefined ? {} : { choice }) });
  const run = new Scenario(new Client(registry.url, { agent }), transcript);
  try {
    for (const part of [blobs, manifests, rest, fill]) await part(run);
  } finally {
    await registry.close();
    agent.destroy();
  }
  return transcript;
}

t.test("each choice shows", async (t) => {
  const base = t.testdir();
  const usual = await play(base, undefined);
  await t.resolves(play(base, undefined, usual), "without a choice nothing differs");
  for (const { name } of CHOICES) await t.rejects(play(base, name, usual), { name: "Differs" }, name);
});

t.test("there is no other choice", (t) =>
  t.rejects(serve({ dir: t.testdir(), choice: "none" }), { name: "RangeError", message: /no choice none/ }),
);
