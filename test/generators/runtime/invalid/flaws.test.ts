import t from "tap";

import { FLAWS } from "../../../../generators/runtime/invalid/flaws.js";
import { loadCatalogue } from "../../../../spec/catalogue.js";

t.test("flaws break requirements of the catalogue", async (t) => {
  const catalogue = await loadCatalogue("runtime");
  for (const { requirement, description } of FLAWS)
    t.match(catalogue.get(requirement), { level: "MUST" }, `${requirement}: ${description}`);
});
