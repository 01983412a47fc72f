import fc from "fast-check";
import t from "tap";

import { configCombinations } from "../../../../generators/runtime/factors/combinations.js";
import type { Edit } from "../../../../generators/runtime/factors/factor.js";
import { type Space, spaceOf } from "../../../../generators/runtime/factors/factors.js";
import { Drawing } from "../../../../runners/draw.js";
import type { RuntimeCase } from "../../../../runners/runtime/case.js";
import type { HostFacts } from "../../../../runners/runtime/host.js";
import { RELEASES } from "../../../../spec/runtime/releases.js";
import { validateConfig } from "../../../../spec/validate.js";
import { fakeHost, fakeRootlessHost, fakeUnifiedHost } from "../../../runners/runtime/host-fixture.js";

const release = "1.3.0";
const hosts: Readonly<Record<string, HostFacts>> = { v1: fakeHost(), v2: fakeUnifiedHost(), rootless: fakeRootlessHost() };

/** The edits of each row, drawn as a run draws them. */
const drawRows = ({ edits }: Space, rows: readonly (readonly number[])[], seed: number): readonly (readonly Edit[])[] => {
  const drawing = new Drawing<readonly Edit[]>(seed);
  return rows.map((row) => drawing.next(fc.tuple(...edits(row))).case);
};

const rowsOf = (host: HostFacts): readonly (readonly number[])[] =>
  configCombinations({ host, release }, 2).rows.flatMap(({ covers }) => covers);

for (const [name, host] of Object.entries(hosts)) {
  t.test(`all pairs on a host with ${name}`, async (t) => {
    const space = spaceOf({ host, release });
    const rows = rowsOf(host);
    t.ok(rows.length < 200, `${rows.length} rows`);
    const wrong: string[] = [];
    drawRows(space, rows, 1).forEach((edits, at) => {
      const row = rows[at] ?? [];
      const { config, options } = space.compose(edits);
      for (const { path, message } of validateConfig(config)) wrong.push(`row ${at}: ${path}: ${message}`);
      if (space.conflicting(row)) wrong.push(`row ${at} has a conflict`);
      // What is counted as covered is in the case: without the level it is another one.
      const made = JSON.stringify({ config, options });
      row.forEach((level, factor) => {
        if (level === 0) return;
        const less = space.compose(edits.toSpliced(factor, 1));
        if (JSON.stringify(less) === made)
          wrong.push(`row ${at}: ${space.factors[factor]?.name}: ${space.factors[factor]?.levels[level]?.name}`);
      });
    });
    t.strictSame(wrong, []);
  });
}

t.test("no seed decides what a row is", async (t) => {
  const cases = (seed: number): readonly RuntimeCase[] => {
    const drawing = new Drawing<RuntimeCase>(seed);
    return configCombinations({ host: fakeUnifiedHost(), release }, 2).rows.map(({ cases }) => drawing.next(cases).case);
  };
  t.strictSame(cases(2), cases(1));
});

t.test("levels of every release", async (t) => {
  for (const each of RELEASES) {
    const space = spaceOf({ host: fakeHost(), release: each });
    for (const { name, levels } of space.factors) {
      t.equal(levels[0]?.excluded, undefined, `${each}: the first level of ${name} can always be had`);
      t.equal(new Set(levels.map((level) => level.name)).size, levels.length, `${each}: ${name}`);
    }
    t.equal(new Set(space.factors.map(({ name }) => name)).size, space.factors.length, each);
  }
});

t.test("a level that the target does not take stands in no row, nor what needs it", async (t) => {
  const refuses = [{ factor: "time namespace", level: "new" }];
  const { rows, factors, excluded } = configCombinations({ host: fakeHost(), release, refuses }, 2);
  const of = (name: string): ReadonlySet<string | undefined> => {
    const at = factors.findIndex((factor) => factor.name === name);
    return new Set(rows.flatMap(({ covers }) => covers.map((row) => factors[at]?.levels[row[at] ?? 0]?.name)));
  };
  t.notOk(of("time namespace").has("new"));
  t.strictSame([...of("time offsets")], ["none"]);
  t.ok(excluded.some(({ reason }) => reason === "the target does not take time namespace: new"));
});

t.test("a row shrinks to the factors that matter", async (t) => {
  const combinations = configCombinations({ host: fakeHost(), release }, 2);
  const drawing = new Drawing<RuntimeCase>(1);
  const fails = ({ containers: [container] }: RuntimeCase): boolean =>
    container?.config.hostname !== undefined && (container.config.linux?.resources?.pids?.limit ?? 0) > 0;
  const failing = combinations.rows.map(({ cases }) => drawing.next(cases)).filter((drawn) => fails(drawn.case));
  t.ok(failing.length > 0);
  for (const [at, first] of failing.entries()) {
    let [best, runs] = [first, 0];
    for (let smaller = true; smaller; ) {
      smaller = false;
      for (const each of best.shrinks()) {
        runs++;
        if (!fails(each.case)) continue;
        best = each;
        smaller = true;
        break;
      }
    }
    const { ociVersion, root, mounts, process, hostname, linux, ...more } = best.case.containers[0]?.config ?? { ociVersion: "" };
    const { namespaces, ...ofLinux } = linux ?? {};
    t.strictSame(
      [more, ofLinux, mounts?.length, namespaces?.length, process?.cwd],
      [{}, { resources: { pids: { limit: 1024 } } }, 1, 5, "/"],
      `failing row ${at}: ${hostname} ${ociVersion} ${root?.path}`,
    );
    t.ok(runs <= 60, `${runs} runs`);
  }
});
