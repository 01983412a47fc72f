import { mkdtempSync } from "node:fs";
import { Agent } from "node:http";
import { join } from "node:path";
import t from "tap";
import { serve } from "../../../reference-registry/serve.js";
import { Client } from "../client.js";
import { blobs, fill, manifests, rest, Scenario, Transcript } from "../scenario.js";
import { playOf, stageFor } from "./playing.js";

async function scenarioAt(url: string, transcript: Transcript): Promise<Transcript> {
  const agent = new Agent({ keepAlive: true });
  const run = new Scenario(new Client(url, { agent }), transcript);
  for (const part of [blobs, manifests, rest, fill]) await part(run);
  agent.destroy();
  return transcript;
}

t.test("on a stage the registry answers as it does by itself, with choices alike", async (t) => {
  const { stage } = await stageFor(t);
  const base = t.testdir();
  for (const choices of [[], ["redirected-blobs"], ["pages-of-2", "lower-case-headers"]]) {
    const served = await serve({ dir: mkdtempSync(join(base, "served-")), durable: false, choices });
    const usual = await scenarioAt(served.url, new Transcript()).finally(() => served.close());
    await stage.begin(playOf([], { holds: [], choices, most: Number.POSITIVE_INFINITY }));
    await t.resolves(scenarioAt(`http://${stage.addresses.registry}`, new Transcript(usual)), choices.join());
    await stage.end();
  }
});
