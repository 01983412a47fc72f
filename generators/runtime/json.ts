/** A way into a JSON value: property names and positions in arrays. */
export type Path = readonly (string | number)[];

/** The value at a path is taken away. */
export const REMOVED = Symbol("removed");

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const child = (value: unknown, key: string | number): unknown => {
  if (Array.isArray(value)) return value[Number(key)];
  return isObject(value) ? value[key] : undefined;
};

/** A copy of a JSON value with another value at the path; objects and arrays on the way are made where there are none. */
export function put(value: unknown, path: Path, replacement: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return replacement;
  const inner = rest.length === 0 ? replacement : put(child(value, key), rest, replacement);
  if (typeof key === "number") {
    const list: unknown[] = Array.isArray(value) ? [...value] : [];
    if (inner === REMOVED) list.splice(key, 1);
    else list[key] = inner;
    return list;
  }
  const object: Record<string, unknown> = isObject(value) ? { ...value } : {};
  if (inner === REMOVED) delete object[key];
  else object[key] = inner;
  return object;
}

/** A path as a JSON pointer (RFC 6901). */
export const pointer = (path: Path): string => path.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

/** Every value in a JSON value with its path, itself first. */
export function* walk(value: unknown, path: Path = []): Generator<{ readonly path: Path; readonly value: unknown }> {
  yield { path, value };
  if (Array.isArray(value)) for (const [at, each] of value.entries()) yield* walk(each, [...path, at]);
  else if (isObject(value)) for (const [key, each] of Object.entries(value)) yield* walk(each, [...path, key]);
}

/** Where a config keeps a map with keys of the user's choice: any key is known there. */
const MAPS = [
  "/annotations",
  "/linux/sysctl",
  "/linux/timeOffsets",
  "/linux/netDevices",
  "/linux/resources/unified",
  "/linux/resources/rdma",
];

/** The objects of a config whose properties the spec lists. */
export const structures = (config: unknown): Path[] =>
  [...walk(config)].filter(({ path, value }) => isObject(value) && !MAPS.includes(pointer(path))).map(({ path }) => path);
