import { nearest } from "../../reports/suggest.js";
import { UsageError } from "../../spec/errors.js";
import type { Field } from "./fields.js";
import { KEYS, KINDS, type Kind, kindOf } from "./kinds.js";
import { type Setting, type Settings, settingOf } from "./settings.js";
import { describe, type Entry, itemsOf, keysOf, type Place, readTree, type Tree } from "./tree.js";

/** What the first line of a config says. */
export const FORMAT = "oci-conform/config@1";

/** Names become parts of file names, and are typed after --target. */
export const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** One entry of `targets`. */
export interface Target {
  readonly name: string;
  readonly kind: Kind;
  /** The place of its options. */
  readonly at: Place;
  /** What it says itself. */
  readonly own: Settings;
  /** What the file says for every target, as far as its command has it. */
  readonly defaults: Settings;
  /** The values of each option that varies. */
  readonly matrix: ReadonlyMap<string, readonly Setting[]>;
}

type Keys = ReadonlyMap<string, Entry>;

function unknown(entry: Entry, known: readonly string[], otherwise: string): Error {
  const near = nearest(entry.key, known);
  return entry.at.mistake(`unknown key '${entry.key}'; ${near === undefined ? otherwise : `did you mean ${near}?`}`);
}

/** The values of a mapping all of whose keys are known. */
function known(tree: Tree, names: readonly string[]): Keys {
  const keys = keysOf(tree);
  for (const entry of keys.values()) if (!names.includes(entry.key)) throw unknown(entry, names, `there are ${names.join(", ")}`);
  return keys;
}

function fieldFor(entry: Entry, { fields, label, by }: Kind): Field {
  const field = fields.get(entry.key);
  if (field) return field;
  throw unknown(entry, [...fields.keys()], `see oci-conform ${label}${by ? " NAME" : ""} --help`);
}

/** `defaults` with `report`, which stands beside them; each key is an option of some command, and its value one that some command takes. */
function defaultsOf(keys: Keys): Keys {
  const tree = keys.get("defaults")?.value;
  const defaults = tree ? keysOf(tree) : new Map<string, Entry>();
  const names = [
    ...new Set(KINDS.flatMap(({ fields }) => [...fields.values()].filter(({ argument }) => !argument).map(({ name }) => name))),
  ];
  for (const entry of defaults.values()) {
    if (entry.key === "report") throw entry.at.mistake("'report' stands beside defaults, not in them");
    if (!names.includes(entry.key)) throw unknown(entry, names, "no command has such an option");
  }
  const report = keys.get("report");
  const all = new Map([...defaults, ...(report ? [["report", report] as const] : [])]);
  for (const [name, { value }] of all) {
    const taken = KINDS.flatMap(({ fields }) => fields.get(name) ?? []).map((field) => attempt(() => settingOf(field, value)));
    const refused = taken.find((each) => each instanceof UsageError);
    if (refused && taken.every((each) => each instanceof UsageError)) throw refused;
  }
  return all;
}

/** What a function gives, or the mistake that it tells. */
function attempt<T>(given: () => T): T | UsageError {
  try {
    return given();
  } catch (thrown) {
    if (thrown instanceof UsageError) return thrown;
    throw thrown;
  }
}

function matrixOf(tree: Tree | undefined, kind: Kind, own: Keys): Target["matrix"] {
  if (!tree) return new Map();
  const keys = keysOf(tree);
  if (keys.size === 0) throw tree.at.mistake("names no option to vary");
  const matrix = new Map<string, readonly Setting[]>();
  for (const entry of keys.values()) {
    const field = fieldFor(entry, kind);
    if (own.has(entry.key)) throw entry.at.mistake(`'${entry.key}' is set beside the matrix too; say it in one place`);
    const settings = itemsOf(entry.value).map((item) => settingOf(field, item));
    const seen = new Set<string>();
    for (const { value, at } of settings) {
      const text = JSON.stringify(value);
      if (seen.has(text)) throw at.mistake("stands in this list twice");
      seen.add(text);
    }
    matrix.set(entry.key, settings);
  }
  return matrix;
}

function targetOf(tree: Tree, defaults: Keys): Target {
  const keys = known(tree, ["name", ...KEYS, "matrix"]);
  const name = keys.get("name")?.value;
  if (!name) throw tree.at.mistake("has no name");
  if (name.kind !== "text" || !NAME.test(name.text))
    throw name.at.mistake("must be a word of letters, digits, dots, dashes and underscores, such as crun");
  const [key, ...more] = KEYS.filter((each) => keys.has(each));
  const options = key === undefined ? undefined : keys.get(key)?.value;
  if (key === undefined || !options) throw tree.at.mistake(`tests nothing: it has none of ${KEYS.join(", ")}`);
  if (more.length > 0) throw tree.at.mistake(`has ${[key, ...more].join(" and ")}; a target is one of them`);
  if (options.kind === "nothing") throw options.at.mistake("has no options; write {} for the defaults");
  const own = keysOf(options);
  const varied = keys.get("matrix")?.value;
  const kind = kindOf(key, [...own.keys(), ...(varied?.kind === "mapping" ? varied.entries.map((entry) => entry.key) : [])]);
  if (!kind) throw options.at.mistake(`${describe(options)} names no command`);
  const given = [...defaults].flatMap(([each, { value }]) => {
    const field = kind.fields.get(each);
    if (!field || own.has(each)) return [];
    const setting = attempt(() => settingOf(field, value));
    if (setting instanceof UsageError) throw new UsageError(`${setting.message} (for target ${name.text})`);
    return [[each, setting] as const];
  });
  return {
    name: name.text,
    kind,
    at: options.at,
    own: new Map([...own].map(([each, entry]) => [each, settingOf(fieldFor(entry, kind), entry.value)])),
    defaults: new Map(given),
    matrix: matrixOf(varied, kind, own),
  };
}

/**
 * Reads a config file: its targets, each option checked by the command that it is for.
 * @throws UsageError, with the line, for the first thing that is wrong.
 */
export function readConfig(file: string): readonly Target[] {
  const tree = readTree(file);
  const keys = known(tree, ["format", "defaults", "report", "targets"]);
  const format = keys.get("format")?.value;
  if (!format) throw tree.at.mistake(`has no format; this is format: ${FORMAT}`);
  if (format.kind !== "text" || format.text !== FORMAT) throw format.at.mistake(`${describe(format)} is not known; this is ${FORMAT}`);
  const defaults = defaultsOf(keys);
  const list = keys.get("targets")?.value;
  if (!list) throw tree.at.mistake("has no targets");
  const targets = itemsOf(list).map((item) => ({ item, target: targetOf(item, defaults) }));
  const names = new Map<string, number>();
  for (const [number, { item, target }] of targets.entries()) {
    const first = names.get(target.name);
    if (first !== undefined) throw item.at.mistake(`is called ${target.name} like targets[${first}]; names tell targets apart`);
    names.set(target.name, number);
  }
  return targets.map(({ target }) => target);
}
