/** A place in a JSON document: where its text begins, and by what name or position its parent holds it. */
interface Place {
  /** Offset of its first byte. */
  readonly start: number;
  readonly parent?: JsonObject | JsonArray;
  readonly key?: string | number;
}

export interface JsonObject extends Place {
  readonly kind: "object";
  /** Of several members of the same name the last, as most parsers have it. */
  readonly members: ReadonlyMap<string, JsonNode>;
}

export interface JsonArray extends Place {
  readonly kind: "array";
  readonly items: readonly JsonNode[];
}

export interface JsonString extends Place {
  readonly kind: "string";
  readonly value: string;
}

export interface JsonNumber extends Place {
  readonly kind: "number";
  readonly value: number;
  /** As it is written. */
  readonly text: string;
}

export interface JsonLiteral extends Place {
  readonly kind: "boolean" | "null";
  readonly value: boolean | null;
}

/** A value of a JSON document that knows where it stands. */
export type JsonNode = JsonObject | JsonArray | JsonString | JsonNumber | JsonLiteral;

/** The JSON pointer (RFC 6901) of a value; empty for the whole document. */
export function pointerOf(node: JsonNode): string {
  const parts: string[] = [];
  for (let at: JsonNode | undefined = node; at?.parent; at = at.parent) {
    // The name of a member has its object for a parent, and no key.
    if (at.key !== undefined) parts.push(String(at.key).replaceAll("~", "~0").replaceAll("/", "~1"));
  }
  return parts
    .reverse()
    .map((part) => `/${part}`)
    .join("");
}

/** The member of an object; undefined where there is none, or no object. */
export const member = (node: JsonNode | undefined, name: string): JsonNode | undefined =>
  node?.kind === "object" ? node.members.get(name) : undefined;

/** The same, where null means that it is not there (config.md#properties). */
export function present(node: JsonNode | undefined, name: string): JsonNode | undefined {
  const found = member(node, name);
  return found?.kind === "null" ? undefined : found;
}

/** The text of a member that is a string. */
export function textOf(node: JsonNode | undefined, name: string): string | undefined {
  const found = member(node, name);
  return found?.kind === "string" ? found.value : undefined;
}

/** The items of a member that is a list; none otherwise. */
export function itemsOf(node: JsonNode | undefined, name: string): readonly JsonNode[] {
  const found = member(node, name);
  return found?.kind === "array" ? found.items : [];
}

/** How many characters and members of a value a report shows. */
const MAX_TEXT = 300;
const MAX_PARTS = 20;

/** A value for a report: plain, and cut where it is large. */
export function shown(node: JsonNode | undefined, depth = 3): unknown {
  if (node === undefined) return undefined;
  switch (node.kind) {
    case "string":
      return node.value.length > MAX_TEXT ? `${node.value.slice(0, MAX_TEXT)}…` : node.value;
    case "number":
      return Number.isSafeInteger(node.value) || String(node.value) === node.text ? node.value : node.text.slice(0, MAX_TEXT);
    case "array":
      return depth === 0 ? `a list of ${node.items.length}` : node.items.slice(0, MAX_PARTS).map((item) => shown(item, depth - 1));
    case "object":
      return depth === 0
        ? `an object of ${node.members.size}`
        : Object.fromEntries([...node.members].slice(0, MAX_PARTS).map(([name, value]) => [name, shown(value, depth - 1)]));
    default:
      return node.value;
  }
}
