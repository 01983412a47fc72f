import { isDeepStrictEqual } from "node:util";
import t from "tap";
import { minimalImage } from "../../../../generators/image/base.js";
import { faultImage, withFault } from "../../../../generators/image/invalid/cases.js";
import { FAULTS } from "../../../../generators/image/invalid/table.js";
import { buildLayout } from "../../../../generators/image/layout/layout.js";
import { loadCatalogue } from "../../../../spec/catalogue.js";
import { smallest } from "../../runtime/assert-generator.js";

t.test("every fault changes the layout, and names what it breaks and how", async (t) => {
  const catalogue = await loadCatalogue("image");
  t.equal(new Set(FAULTS.map(({ name }) => name)).size, FAULTS.length, "names are unique");
  for (const fault of FAULTS) {
    const { fault: _, ...control } = withFault(minimalImage(), fault);
    t.notOk(isDeepStrictEqual(buildLayout(withFault(minimalImage(), fault)), buildLayout(control)), fault.name);
    for (const id of [fault.requirement, ...(fault.refusedBy ?? [])]) t.ok(catalogue.get(id), `${fault.name}: ${id}`);
  }
});

t.test("a fault shrinks to the minimal image", async (t) => {
  const [fault] = FAULTS;
  if (fault)
    t.strictSame(
      smallest(faultImage(fault), () => true),
      withFault(minimalImage(), fault),
    );
});

t.test("a fault that nobody knows is an error of ours", async (t) => {
  t.throws(() => buildLayout({ ...minimalImage(), fault: "no-such" }), /no fault named "no-such"/);
});
