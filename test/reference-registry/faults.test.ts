import t from "tap";
import { FAULTS } from "../../reference-registry/faults/index.js";
import { serve } from "../../reference-registry/serve.js";
import { loadCatalogue } from "../../spec/catalogue.js";

/* That each fault shows, and its own requirement notices, is in test/suites/registry/faults.test.ts. */

t.test("names and requirements", async (t) => {
  t.equal(new Set(FAULTS.map(({ name }) => name)).size, FAULTS.length, "no name twice");
  await t.rejects(serve({ dir: t.testdir(), fault: "none" }), { name: "RangeError", message: /no fault none/ });
  const catalogue = await loadCatalogue("distribution");
  for (const { name, requirement } of FAULTS) t.ok(catalogue.get(requirement), `${name}: ${requirement}`);
});
