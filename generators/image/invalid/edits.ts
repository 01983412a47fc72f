import type { Json } from "../../../runners/image/case.js";
import { canonicalJson } from "../layout/canonical.js";
import type { Document, Fault, Files } from "./input.js";

type Stage = "config" | "manifest" | "index" | "layout";

/** The value as an object, or as a list, that may be changed in place: the documents of a layout are nobody else's. */
const asObject = (value: Json | undefined): Document | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Document) : undefined;
const asList = (value: Json | undefined): Json[] | undefined => (Array.isArray(value) ? value : undefined);

/** Sets, or with undefined removes, what is at the path; makes objects on the way where there are none. */
export function edit(document: Document, path: readonly (string | number)[], value: Json | undefined): Document {
  let place: Json | undefined = document;
  for (const key of path.slice(0, -1)) {
    const object = asObject(place);
    if (object && typeof key === "string") object[key] ??= {};
    place = typeof key === "string" ? object?.[key] : asList(place)?.[key];
  }
  const last = path.at(-1);
  const [object, list] = [asObject(place), asList(place)];
  if (list && typeof last === "number") list.splice(last, 1, ...(value === undefined ? [] : [value]));
  else if (object && typeof last === "string" && value === undefined) delete object[last];
  else if (object && typeof last === "string" && value !== undefined) object[last] = value;
  else throw new RangeError(`nothing can be set at ${path.join("/")}`);
  return document;
}

/** A fault that is one wrong value, or a missing one, in a document. */
export const valueFault = (
  stage: Stage,
  name: string,
  requirement: string,
  path: readonly (string | number)[],
  value: Json | undefined,
  more: Pick<Fault, "refusedBy" | "implies" | "image"> = {},
): Fault => ({
  name,
  requirement,
  ...more,
  how: `${stage}: /${path.join("/")} ${value === undefined ? "is missing" : `is ${JSON.stringify(value)?.slice(0, 80)}`}`,
  [stage]: (document: Document) => edit(document, path, value),
});

/** A fault that takes several values at once. */
export const edits = (
  stage: Stage,
  name: string,
  requirement: string,
  values: readonly (readonly [path: readonly (string | number)[], value: Json])[],
): Fault => ({
  name,
  requirement,
  how: `${stage}: ${values.map(([path, value]) => `/${path.join("/")} is ${JSON.stringify(value).slice(0, 80)}`).join(", ")}`,
  [stage]: (document: Document) => values.reduce((changed, [path, value]) => edit(changed, path, value), document),
});

/** A fault of something that is in the layout beside the image: `make` writes it, and gives its descriptor for index.json. */
export const addToIndex = (name: string, requirement: string, how: string, make: (files: Files) => Document): Fault => ({
  name,
  requirement,
  how: `index: ${how}`,
  index: (index) => edit(index, ["manifests"], [...(asList(index.manifests) ?? []), make(new Map())]),
  files: (files) => void make(files),
});

/** A fault in the text of a document: a change to its JSON. */
export const textFault = (
  stage: Stage,
  name: string,
  requirement: string,
  how: string,
  change: (text: string) => string | Buffer,
): Fault => ({
  name,
  requirement,
  how: `${stage}: ${how}`,
  [stage]: (document: Document) => {
    const changed = change(canonicalJson(document));
    return Buffer.isBuffer(changed) ? changed : Buffer.from(changed);
  },
});

/** A gzip file whose header names another system that packed it: other bytes, and just as many, that unpack to the same. */
export const packedElsewhere = (bytes: Buffer): Buffer => Buffer.concat([bytes.subarray(0, 9), Buffer.of(3), bytes.subarray(10)]);

/** Replaces the bytes of a file. */
export const rewrite = (files: Files, path: string, change: (bytes: Buffer) => Buffer): void => {
  files.set(path, change(files.get(path) ?? Buffer.alloc(0)));
};
