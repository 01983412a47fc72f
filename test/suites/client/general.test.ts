import t from "tap";
import { general } from "../../../generators/client/general.js";
import { problemsInCase } from "../../../runners/client/references.js";
import { draw } from "../../../runners/draw.js";
import { factsFor, openClient } from "./in-process.js";

/** So many are looked at, and so many carried out. */
const DRAWN = 400;
const PLAYED = 60;

t.setTimeout(0);

t.test("general cases can be carried out, and say more than one thing", async (t) => {
  const verbs = new Set<string>();
  const deeds = new Set<string>();
  const wrong: unknown[] = [];
  let several = 0;
  let count = 0;
  for (const { case: each } of draw(general(factsFor("head")), 3)) {
    if (++count > DRAWN) break;
    wrong.push(...problemsInCase(each));
    verbs.add(each.verb);
    for (const { does } of each.behaviours ?? []) deeds.add(does.kind);
    if ((each.behaviours ?? []).length > 1) several++;
  }
  t.same(wrong, []);
  t.equal(verbs.size, factsFor("head").verbs.length, "all verbs");
  t.ok(deeds.size >= 11, `behaviours of ${deeds.size} kinds`);
  t.ok(several > DRAWN / 4, `${several} with several behaviours`);
});

t.test("the bundled client fails none of them", async (t) => {
  const client = await openClient(undefined, 60_000);
  t.teardown(() => client.close());
  let count = 0;
  for (const { case: each } of draw(general(factsFor("head")), 4)) {
    if (++count > PLAYED) break;
    const outcomes = await client.outcomes(each, "head");
    const wrong = [...outcomes].filter(([, { verdict }]) => verdict === "fail" || verdict === "error");
    t.same(wrong, [], each.title);
  }
});
