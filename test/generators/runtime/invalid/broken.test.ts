import t from "tap";

import { BROKEN } from "../../../../generators/runtime/invalid/broken.js";
import { FLAWS } from "../../../../generators/runtime/invalid/flaws.js";
import { loadCatalogue } from "../../../../spec/catalogue.js";

t.test("faults break requirements of the catalogue", async (t) => {
  const catalogue = await loadCatalogue("runtime");
  for (const id of Object.values(BROKEN)) t.match(catalogue.get(id), { level: "MUST" }, id);
  const ids: readonly string[] = Object.values(BROKEN);
  t.ok(FLAWS.every(({ requirement }) => ids.includes(requirement)));
});
