import t from "tap";
import { minimalImage } from "../../../generators/image/base.js";
import { FAULTS } from "../../../generators/image/fault-table.js";
import { withFault } from "../../../generators/image/faults.js";
import { buildLayout } from "../../../generators/image/layout.js";
import type { ImageCase } from "../../../runners/image/case.js";
import { loadCatalogue } from "../../../spec/catalogue.js";
import { isRelease } from "../../../spec/image/releases.js";
import { failing, judged } from "./builder.js";

const catalogue = await loadCatalogue("image");

t.test("the minimal image has no fault, and each fault of the table is noticed by the requirement that it breaks", async (t) => {
  for (const fault of FAULTS) {
    const { requirement, name } = fault;
    const until = catalogue.get(requirement)?.until;
    const release = until !== undefined && isRelease(until) ? until : "head";
    const failed = async (subject: ImageCase): Promise<string[]> => failing((await judged(buildLayout(subject).files, release)).counts);
    t.notOk((await failed(minimalImage())).includes(requirement), `${name}: without it`);
    t.ok((await failed(withFault(minimalImage(), fault))).includes(requirement), name);
  }
});
