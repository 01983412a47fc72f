import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";

import { DEVICE_FALLBACK } from "../../../reference-runtime/plan.js";

/** The two sides of a plan are compiled apart: here they are held to one list of verbs, with the same arguments in the same order. */
const root = fileURLToPath(new URL("../../../..", import.meta.url));
const front = readFileSync(join(root, "reference-runtime", "plan.ts"), "utf8");
const core = readFileSync(join(root, "reference-runtime", "core", "verbs.h"), "utf8");

const constant = (name: string): string =>
  name
    .replace(/[A-Z]/g, (letter) => `_${letter}`)
    .replaceAll("-", "_")
    .toUpperCase();

/** Of each verb the arguments, as plan.ts labels them: whether it is a number, and its name. */
function argumentsInFront(): Map<string, readonly { name: string; number: boolean }[]> {
  const interfaces = /interface Verbs \{\n(.*?)\n\}/s.exec(front)?.[1] ?? "";
  const verbs = [...interfaces.matchAll(/^ {2}"?([a-z-]+)"?: \[(.*)\];$/gm)];
  return new Map(
    verbs.map(([, verb = "", labels = ""]) => [
      verb,
      labels
        .split(/, (?=\w+: )/)
        .filter(Boolean)
        .map((label) => ({ name: constant(label.split(":")[0] ?? ""), number: /: (?:number|0 \||DeviceFallback)/.test(label) })),
    ]),
  );
}

/** The same of the core: the letters say what each is; the names are the members of an enum. */
function argumentsInCore(): Map<string, { letters: string; names: readonly string[] }> {
  const verbs = [...core.matchAll(/V\((\w+), "([a-z-]+)", "([snx]*)"\)/g)];
  const enums = [...core.matchAll(/^enum \{\s*([^}]*?)\s*\};/gm)].map(([, members = ""]) => members.split(/,\s*/));
  return new Map(
    verbs.map(([, id = "", verb = "", letters = ""]) => {
      const own = enums.find((members) => members.length === letters.length && members.every((member) => member.startsWith(`${id}_`)));
      return [verb, { letters, names: (own ?? []).map((member) => member.slice(id.length + 1)) }];
    }),
  );
}

t.test("the front and the core have the same verbs, with the same arguments by the same names", async (t) => {
  const inFront = argumentsInFront();
  const inCore = argumentsInCore();
  t.ok(inFront.size > 50);
  t.same([...inCore.keys()].sort(), [...inFront.keys()].sort());
  for (const [verb, labels] of inFront) {
    const { letters, names } = inCore.get(verb) ?? { letters: "", names: [] };
    t.equal([...letters].map((letter) => letter === "n").join(), labels.map(({ number }) => number).join(), `${verb}: numbers`);
    if (labels.length > 1)
      t.same(
        names,
        labels.map(({ name }) => name),
        verb,
      );
  }
});

t.test("values have the same numbers on both sides", async (t) => {
  const members = /enum device_fallback \{(.*?)\};/s.exec(core)?.[1] ?? "";
  const names = [...members.matchAll(/DEVICE_FALLBACK_(\w+)/g)].map(([, name]) => name);
  t.same(
    names,
    Object.entries(DEVICE_FALLBACK)
      .sort(([, a], [, b]) => a - b)
      .map(([name]) => constant(name)),
  );
});
