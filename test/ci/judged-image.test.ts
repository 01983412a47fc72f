import t from "tap";
import { withoutFault, wrongOfFault, wrongOfValid } from "../../ci/judged-image.js";
import { minimalImage } from "../../generators/image/base.js";
import { validImage } from "../../generators/image/case.js";
import { withFault } from "../../generators/image/invalid/cases.js";
import { FAULTS } from "../../generators/image/invalid/table.js";
import { draw } from "../../runners/draw.js";
import { loadCatalogue } from "../../spec/catalogue.js";

const catalogue = await loadCatalogue("image");

t.test("in valid layouts nothing is found but what they declare, by any release", async (t) => {
  const source = draw(validImage(), 17);
  for (let number = 0; number < 100; number++) {
    const subject = source.next().value.case;
    t.strictSame(await wrongOfValid(subject, catalogue), [], `${number}: ${subject.title}`);
  }
});

t.test("each fault breaks its own statement, and nothing that it does not declare", async (t) => {
  for (const fault of FAULTS) t.strictSame(await wrongOfFault(fault, withFault(minimalImage(), fault), catalogue), [], fault.name);
});

t.test("every statement that reading an image judges is broken by a fault", async (t) => {
  t.strictSame(withoutFault(catalogue, FAULTS), []);
  const [first] = FAULTS;
  const without = withoutFault(
    catalogue,
    FAULTS.filter(({ requirement }) => requirement !== first?.requirement),
  );
  t.match(without, [{ id: first?.requirement }], "and one that is not would be noticed");
});

t.test("false alarms, missing findings and further ones are noticed", async (t) => {
  const broken = FAULTS.find(({ name }) => name === "layer-duplicate");
  const subject = broken && withFault(minimalImage(), broken);
  if (!broken || !subject) throw new Error("no such fault");
  t.match(await wrongOfValid(subject, catalogue, ["head"]), [/^false alarm by head: image\.layer\.no-duplicate-entries: /]);
  const other = { ...broken, requirement: "image.layer.attribute-uid" };
  t.match(await wrongOfFault(other, subject, catalogue), [/^does not break image\.layer\.attribute-uid$/, /^breaks image\.layer\.no-dup/]);
});
