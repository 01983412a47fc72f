import t from "tap";
import { renderTable } from "../../reports/table.js";
import { columns } from "../../reports/terminal/columns.js";
import { failed, passed, resultsOf, skipped, stopped, unexercised } from "./fixture.js";

const named = (name: string, requirements: Parameters<typeof resultsOf>[0], more = {}) => {
  const results = resultsOf(requirements, more);
  return { ...results, target: { ...results.target, name } };
};

t.test("one row for each target", async (t) => {
  const text = renderTable([named("runc", [passed, failed]), named("crun --debug", [passed], stopped)]);
  t.match(text, /^target +spec +pass +fail +skip +unexercised +error +cases +time$/m);
  t.match(text, /^runc +1\.1\.0 +1 +1 +0 +0 +0 +60 +2\.5 s$/m);
  t.match(text, /^crun --debug +1\.1\.0 +1 +0 +0 +0 +0 +60 +2\.5 s \(interrupted\)$/m);
});

t.test("where the targets differ", async (t) => {
  const better = { ...passed, id: failed.id };
  const lacking = { ...skipped, id: unexercised.id };
  const text = renderTable([named("runc", [passed, failed, unexercised]), named("crun", [passed, better, lacking])]);
  t.match(text, /^the targets differ on +runc +crun$/m);
  t.match(text, /^runtime\.process\.umask +fail +pass$/m);
  t.notMatch(text, /runtime\.process\.cwd/, "the same verdict is no difference");
  t.notMatch(text, /runtime\.cgroups\.rdma/, "two ways of not knowing are no difference");
  t.match(renderTable([named("runc", [passed]), named("crun", [])]), /^runtime\.process\.cwd +pass +–$/m);
});

t.test("no difference, one target, none", async (t) => {
  t.match(renderTable([named("a", [passed]), named("b", [passed])]), /differ on no requirement/);
  t.notMatch(renderTable([named("a", [passed])]), /differ/);
  t.match(renderTable([]), /^target/m);
});

t.test("columns", async (t) => {
  t.equal(
    columns([
      ["a", "bb"],
      ["ccc", "d"],
    ]),
    "a    bb\nccc   d\n",
  );
  t.equal(
    columns(
      [
        ["é", "x"],
        ["", "yy"],
      ],
      [0, 1],
    ),
    "é  x\n   yy\n",
  );
});
