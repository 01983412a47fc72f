import type { Json, Neighbour, Platform } from "../../../runners/image/case.js";
import { HOST_ARCHITECTURE } from "../../../spec/image/platforms.js";
import { oneOf } from "../../choices.js";
import { configured, type Edit, executed, type Factor, fixedLevel, level, shaped, unchanged } from "./factor.js";

/** An index of the image for this machine and of others. */
const offered = (where: "before" | "after"): Edit => {
  const platform: Platform = { architecture: HOST_ARCHITECTURE ?? "amd64", os: "linux" };
  const others = ["s390x", "mips64le"].map((architecture): Platform => ({ architecture, os: "linux" }));
  return (subject) => configured({ architecture: platform.architecture })(shaped({ offer: { platform, [where]: others } })(subject));
};

const INDEX: Factor = {
  name: "index",
  levels: [
    unchanged("the image's manifest"),
    fixedLevel("of the image", shaped({ nested: 1 })),
    fixedLevel("of an index of the image", shaped({ nested: 2 })),
    fixedLevel("of something unknown and the image", shaped({ nested: 1, inner: "before" })),
    fixedLevel("of the image and something unknown", shaped({ nested: 1, inner: "after" })),
    fixedLevel("of others and the image", offered("before")),
    fixedLevel("of the image and others", offered("after")),
  ],
};

const KINDS: readonly Neighbour[] = [
  "untagged-image",
  "other-platform",
  "unknown-media-type",
  "unknown-algorithm",
  "artifact",
  "referrer",
  "named-elsewhere",
  "unnamed-elsewhere",
];

const NEIGHBOURS: Factor = {
  name: "neighbours",
  levels: [unchanged("none"), ...KINDS.map((kind) => fixedLevel(kind, shaped({ neighbours: [kind] })))],
};

const yes = (name: string, first: string, then: string, edit: Edit): Factor => ({
  name,
  levels: [unchanged(first), fixedLevel(then, edit)],
});

const PREDEFINED = {
  "org.opencontainers.image.created": "2020-01-01T00:00:00Z",
  "org.opencontainers.image.licenses": "MIT",
  "org.opencontainers.image.title": "ä",
};

const ANNOTATIONS: Factor = {
  name: "annotations",
  levels: [
    unchanged("none"),
    level("own ones", oneOf([{ "org.example.a": "1" }, { "org.example.empty": "", "org.example.text": "ä {}" }]), (annotations) =>
      shaped({ annotations }),
    ),
    fixedLevel("predefined ones", shaped({ annotations: PREDEFINED })),
  ],
};

const MANIFEST: Factor = {
  name: "manifest",
  levels: [
    unchanged("plain"),
    fixedLevel("with an artifactType", shaped({ artifactType: true })),
    fixedLevel("with a subject", shaped({ subject: true })),
    fixedLevel("with annotations of its descriptors", shaped({ annotated: true })),
    fixedLevel("with the config as data", shaped({ data: true })),
  ],
};

/** A history in which each layer has an entry, and something else has one, too. */
const withHistory: Edit = (subject) => {
  const made = { created: "2020-01-01T00:00:00Z", created_by: "COPY a /", author: "A. N. Author", comment: "" };
  const history: Json[] = subject.layers.flatMap((): Json[] => [made, { created_by: "ENV A=1", empty_layer: true }]);
  return configured({ history })(subject);
};

/** Config properties that a tool has to put up with, whatever it makes of them. Those of platforms may be refused, and are not here. */
const CONFIG: Factor = {
  name: "config",
  levels: [
    unchanged("minimal"),
    fixedLevel(
      "with execution parameters",
      executed({
        Env: ["PATH=/bin"],
        Cmd: ["/a"],
        WorkingDir: "/",
        Labels: { "org.example.a": "1" },
        User: "0",
        Volumes: { "/data": {} },
        ExposedPorts: { "80/tcp": {} },
      }),
    ),
    fixedLevel(
      "with empty and null parameters",
      executed({ Env: [], Cmd: null, Entrypoint: [], Labels: {}, Volumes: null, User: "", WorkingDir: "" }),
    ),
    fixedLevel("with null for its parameters", configured({ config: null })),
    fixedLevel(
      "with reserved parameters",
      executed({ Memory: 1024, MemorySwap: -1, CpuShares: 8, ArgsEscaped: true, Healthcheck: { Test: ["NONE"] } }),
    ),
    fixedLevel("with a history", withHistory),
    fixedLevel("with an author and a time", configured({ author: "A. N. Author", created: "2020-01-01T00:00:00.123456789+01:00" })),
    fixedLevel("with unknown properties", configured({ "org.example.unknown": { deep: [1, null] }, docker_version: "1" })),
  ],
};

/** How a layout is made around an image, and what else is in its documents. */
export const LAYOUT_FACTORS: readonly Factor[] = [
  INDEX,
  NEIGHBOURS,
  yes("place in index.json", "first", "last", shaped({ last: true })),
  yes("platform", "none", "in the image's descriptor", shaped({ platform: true })),
  yes("media types", "named", "not named", shaped({ untyped: true })),
  ANNOTATIONS,
  yes("unknown properties", "none", "in each document", shaped({ unknownProperties: true })),
  MANIFEST,
  CONFIG,
];

/** Digests by an algorithm that a tool need not support, so that refusing it says nothing of what else there is: it is met by each level alone. */
export const BY_SHA512: Edit = shaped({ sha512: true });

/** What only who copies can be given. */
export const ARTIFACT_FACTOR: Factor = {
  name: "artifact",
  levels: [
    unchanged("an image"),
    fixedLevel("with a config of an unknown type", shaped({ unknownConfig: "json" })),
    fixedLevel("with a config that is no JSON", shaped({ unknownConfig: "bytes" })),
    fixedLevel("with layers of an unknown type", shaped({ unknownLayers: true })),
    fixedLevel("with nothing of a known type", shaped({ unknownConfig: "bytes", unknownLayers: true })),
  ],
};
