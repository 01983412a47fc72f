import { type JsonNode, member, present, shown } from "../../../image-reader/json-node.js";
import { at, expectThat, type Located, type ObjectView } from "./suite.js";

type Kind = "string" | "integer" | "boolean" | "object" | "strings" | "objects";

/** The optional properties of a config with their types, below the property that holds them (config.md#properties). */
const TOP: Readonly<Record<string, Kind>> = {
  created: "string",
  author: "string",
  "os.version": "string",
  "os.features": "strings",
  variant: "string",
  config: "object",
  history: "objects",
};

const EXECUTION: Readonly<Record<string, Kind>> = {
  User: "string",
  ExposedPorts: "object",
  Env: "strings",
  Entrypoint: "strings",
  Cmd: "strings",
  Volumes: "object",
  WorkingDir: "string",
  Labels: "object",
  StopSignal: "string",
  ArgsEscaped: "boolean",
  Memory: "integer",
  MemorySwap: "integer",
  CpuShares: "integer",
  Healthcheck: "object",
};

const HISTORY: Readonly<Record<string, Kind>> = {
  created: "string",
  author: "string",
  created_by: "string",
  comment: "string",
  empty_layer: "boolean",
};

const WORDS: Readonly<Record<Kind, string>> = {
  string: "a string",
  integer: "a whole number",
  boolean: "true or false",
  object: "an object",
  strings: "a list of strings",
  objects: "a list of objects",
};

function is(node: JsonNode, kind: Kind): boolean {
  switch (kind) {
    case "integer":
      return node.kind === "number" && /^-?\d+$/.test(node.text);
    case "strings":
      return node.kind === "array" && node.items.every((item) => item.kind === "string");
    case "objects":
      return node.kind === "array" && node.items.every((item) => item.kind === "object");
    default:
      return node.kind === kind;
  }
}

function typed(view: ObjectView, holder: JsonNode | undefined, types: Readonly<Record<string, Kind>>): Located[] {
  return Object.entries(types).flatMap(([name, kind]) => {
    const value = present(holder, name);
    return value ? [expectThat(is(value, kind), `${name}, ${WORDS[kind]}`, shown(value), at(view, value))] : [];
  });
}

/** Judges the types of all optional properties that are there; null means that one is not. */
export function configTypes(view: ObjectView): Located[] {
  const history = member(view.root, "history");
  const items = history?.kind === "array" ? history.items : [];
  return [
    ...typed(view, view.root, TOP),
    ...typed(view, member(view.root, "config"), EXECUTION),
    ...items.flatMap((item) => typed(view, item, HISTORY)),
  ];
}
