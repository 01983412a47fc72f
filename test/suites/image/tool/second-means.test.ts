import fc from "fast-check";
import t from "tap";
import { changeSets } from "../../../../generators/image/layer/changes.js";
import { entryOf } from "../../../../generators/image/layer/entries.js";
import type { Entry } from "../../../../runners/image/case.js";
import { compare } from "../../../../suites/image/model/compare.js";
import { applyLayers } from "../../../../suites/image/model/model.js";
import { unpackByTar } from "./by-tar.js";

const root = process.getuid?.() === 0;
const STACKS = 150;

/** Tar never removes attributes of a directory that is there already, and a shell cannot. */
const withoutDirectoryXattrs = (entry: Entry): Entry => {
  const { xattrs, ...rest } = entry;
  return entry.type === "dir" && xattrs ? entryOf(rest.path, rest.type, rest) : entry;
};

/** Tar makes hard links of what their headers say of the file, and wants its names to be UTF-8 where PAX carries them. */
const ordinary = (layers: Entry[][]): boolean => {
  const tree = applyLayers(layers.map((entries) => ({ entries })));
  return (
    tree.mayRefuse.length === 0 && tree.unsure.size === 0 && layers.flat().every(({ path, link = "" }) => (path + link).isWellFormed())
  );
};

t.test("the model agrees with GNU tar and a shell", { skip: root ? false : "needs root to make devices and owners" }, async (t) => {
  const stacks = fc.sample(
    changeSets(4, 10)
      .map((layers) => layers.map((entries) => entries.map(withoutDirectoryXattrs)))
      .filter(ordinary),
    { numRuns: STACKS, seed: 11 },
  );
  for (const layers of stacks) {
    const { differences, witnesses } = compare(applyLayers(layers.map((entries) => ({ entries }))), unpackByTar(layers), {
      xattrs: ["user.", "trusted.", "security."],
    });
    if (differences.length > 0) t.strictSame(differences, [], JSON.stringify(layers));
    else t.pass(`${layers.length} layers, ${witnesses} paths`);
  }
});
