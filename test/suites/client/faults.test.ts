import t from "tap";
import { FAULTS } from "../../../reference-client/faults/index.js";
import { inParallel } from "../../../runners/explore.js";
import { loadCatalogue } from "../../../spec/catalogue.js";
import { failed, openClient, type Told } from "./in-process.js";

/* Both directions of each check: the bundled client passes it, and with the fault that breaks its requirement it fails. */

/** So many milliseconds that no load makes a client late, unless it is what is waited for. */
const PATIENCE = 30_000;
const IMPATIENCE = 3_000;

/** Clients at a time. */
const AT_ONCE = 4;

const catalogue = await loadCatalogue("distribution");

t.setTimeout(0);

t.test("each fault is noticed by its own requirement, which the client without a fault passes", async (t) => {
  const sound = await openClient(undefined, PATIENCE);
  t.teardown(() => sound.close());
  const passed = new Map<string, Promise<readonly Told[]>>();
  await inParallel(FAULTS, AT_ONCE, new AbortController().signal, async ({ name, requirement }) => {
    const release = catalogue.get(requirement)?.until ?? "head";
    const right = passed.get(requirement) ?? sound.told(requirement, release);
    passed.set(requirement, right);
    const wrong = (await right).filter(({ outcome }) => outcome?.verdict === "fail" || outcome?.verdict === "error");
    t.same(wrong, [], `${requirement} without a fault`);
    const broken = await openClient(name, requirement === "robustness.client.hang" ? IMPATIENCE : PATIENCE);
    try {
      const cases = await broken.told(requirement, release);
      t.ok(cases.some(failed), `${name} breaks ${requirement}`, { cases });
    } finally {
      await broken.close();
    }
  });
});
