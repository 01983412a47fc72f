import { nearest } from "../../reports/suggest.js";
import { UsageError } from "../../spec/errors.js";
import type { Run } from "./expand.js";
import { KINDS } from "./kinds.js";
import { type Setting, type Settings, settingOf } from "./settings.js";
import { Place, type Tree } from "./tree.js";

/** Options after `oci-conform run … --` by name, each with its values; none where it stands by itself. */
type More = ReadonlyMap<string, readonly string[]>;

const optionsNamed = (name: string) => KINDS.flatMap(({ fields }) => fields.get(name) ?? []).filter(({ argument }) => !argument);

/** Groups the words of a command line by options. @throws UsageError for what no command has */
function grouped(words: readonly string[]): More {
  const more = new Map<string, string[]>();
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const [, name, , behind] = /^--([^=]+)(=(.*))?$/s.exec(word) ?? [];
    if (name === undefined) throw new UsageError(`run: after -- come options for every target; '${word}' is none`);
    const [field] = optionsNamed(name);
    if (!field) {
      const names = KINDS.flatMap(({ fields }) => [...fields.values()].filter(({ argument }) => !argument)).map((each) => each.name);
      const near = nearest(name, [...new Set(names)]);
      throw new UsageError(`run: no target has an option --${name}${near === undefined ? "" : `; did you mean --${near}?`}`);
    }
    const values = more.get(name) ?? [];
    more.set(name, values);
    const [next] = rest;
    if (behind !== undefined) values.push(behind);
    else if (field.form === "value") {
      if (next === undefined) throw new UsageError(`run: --${name}: its value is missing`);
      values.push(next);
      rest.shift();
    } else if (field.form === "either" && next !== undefined && !next.startsWith("-")) {
      values.push(next);
      rest.shift();
    }
  }
  return more;
}

/**
 * What the options after `--` set for each run: they go before all that the file says, to every run whose command has them.
 * @throws UsageError for an option that none of these runs has, or that a matrix varies, and for a value that its command would refuse.
 */
export function moreFor(words: readonly string[], runs: readonly Run[]): ReadonlyMap<Run, Settings> {
  const more = grouped(words);
  const unused = [...more.keys()].find((name) => runs.every(({ target }) => !target.kind.fields.has(name)));
  if (unused !== undefined) throw new UsageError(`run: none of these targets has an option --${unused}`);
  return new Map(
    runs.map((run) => {
      const settings = new Map<string, Setting>();
      for (const [name, values] of more) {
        const field = run.target.kind.fields.get(name);
        if (!field) continue;
        const at = new Place(undefined, undefined, `--${name}`);
        if (run.varied.has(name)) throw at.mistake(`the matrix of ${run.target.name} varies it`);
        const items = values.map((text): Tree => ({ kind: "text", at, text }));
        const last: Tree = items.at(-1) ?? { kind: "boolean", at, value: true };
        settings.set(name, settingOf(field, field.repeatable ? { kind: "list", at, items } : last));
      }
      return [run, settings];
    }),
  );
}
