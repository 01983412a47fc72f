import { imageOf } from "../../../../generators/image/base.js";
import { file } from "../../../../generators/image/layer/entries.js";
import {
  COMMANDS,
  DIRECTORIES,
  ENV,
  LABELS,
  PORTS,
  type Properties,
  SIGNALS,
  VOLUMES,
} from "../../../../generators/image/tables/configs.js";
import { KNOWN_USERS } from "../../../../generators/image/tables/users.js";
import type { ImageCase, Json } from "../../../../runners/image/case.js";
import { anyOf, example, type ToolExample } from "./example.js";

const configured = (title: string, properties: Properties, execution: Properties = {}): ImageCase =>
  imageOf(title, [[file("a", "a")]], {
    config: { architecture: "amd64", os: "linux", ...properties, ...(Object.keys(execution).length > 0 ? { config: execution } : {}) },
  });

/** An image for each execution parameter's value, named by it. */
const withEach = (name: string, values: readonly Json[]): readonly ImageCase[] =>
  values.map((value) => configured(`${name} is ${JSON.stringify(value)}`.slice(0, 120), {}, { [name]: value }));

/** What users have by default, where the image says it otherwise. */
const HOMES: readonly ImageCase[] = ["tester", "1234", "tester:testers", "7"].flatMap((User) =>
  [["HOME=/elsewhere"], ["A=1", "HOME="], ["USER=other", "SHELL=/other", "TERM=other", "HOSTNAME=other"]].map(
    (Env): ImageCase =>
      imageOf(`Env is ${JSON.stringify(Env)}, and User ${User}`, [[...KNOWN_USERS, file("stays", "stays")]], {
        config: { architecture: "amd64", os: "linux", config: { User, Env } },
      }),
  ),
);

/** A config with something of everything that is taken over. */
const FULL: ImageCase["config"] = {
  architecture: "amd64",
  os: "linux",
  author: "A. N. Author",
  created: "2020-01-01T00:00:00Z",
  config: {
    Env: ["PATH=/bin", "A=1"],
    Cmd: ["x", "y"],
    Entrypoint: ["/entry"],
    WorkingDir: "/work",
    Labels: { a: "1" },
    StopSignal: "SIGKILL",
    ExposedPorts: { "80/tcp": {} },
    Volumes: { "/data": {} },
    User: "7",
  },
};

/** What the full config is about, all at once. */
const OF_FULL = [
  ...[
    "env",
    "env-no-names-again",
    "env-kept-by-defaults",
    "working-dir",
    "cmd-after-entrypoint",
    "labels",
    "annotations-not-modified",
    "os",
  ],
  ...["architecture", "author", "created", "stop-signal", "exposed-ports", "volumes-mounted", "volumes-destination"],
  ...["fields-parsed", "manifest-annotations-left", "by-image-config"],
].map((name) => `image.conversion.${name}`);

const conversion = (...names: readonly string[]): string[] => names.map((name) => `image.conversion.${name}`);

/** Properties of the image that become annotations. */
const PROPERTIES: readonly Properties[] = [
  { author: "A. N. Author <author@example.com>" },
  { author: "ä\n" },
  { created: "1969-12-31T23:59:59.999999999+01:00" },
  { created: "2020-02-29T12:00:00.5-23:59" },
  { variant: "v2" },
  { "os.version": "1" },
  { "os.features": ["x"] },
  { "os.features": ["x", "y z"] },
];

/** What of an image's config goes into the runtime's: conversion.md. */
export const CONFIGS: readonly ToolExample[] = [
  example(
    [...OF_FULL, "image.config.used-as-base", "image.manifest.config-media-type-supported"],
    anyOf([{ ...configured("a config with something of everything", {}), config: FULL, shape: { annotations: { "org.example.a": "1" } } }]),
  ),
  example(conversion("env", "env-no-names-again", "env-kept-by-defaults"), anyOf([...withEach("Env", ENV), ...HOMES], "Env")),
  example(
    [...conversion("cmd", "entrypoint", "cmd-after-entrypoint"), "image.config.cmd-first-is-program", "image.config.used-as-base"],
    anyOf(
      COMMANDS.map((command) => configured(`the config has ${JSON.stringify(command)}`, {}, command)),
      "command",
    ),
  ),
  example(conversion("working-dir"), anyOf(withEach("WorkingDir", DIRECTORIES), "WorkingDir")),
  example(
    conversion("labels", "annotations-not-modified", "labels-before-fields", "labels-first"),
    anyOf(
      LABELS.map((Labels) =>
        configured(
          `Labels are ${JSON.stringify(Labels)}`,
          { author: "A. N. Author", created: "2020-01-01T00:00:00Z" },
          { Labels, StopSignal: "SIGKILL", ExposedPorts: { "80/tcp": {} } },
        ),
      ),
      "label",
    ),
  ),
  example(conversion("stop-signal"), anyOf(withEach("StopSignal", SIGNALS), "StopSignal")),
  example(conversion("exposed-ports"), anyOf(withEach("ExposedPorts", PORTS), "ExposedPorts")),
  example(conversion("volumes-mounted", "volumes-destination"), anyOf(withEach("Volumes", VOLUMES), "Volumes")),
  example(
    conversion("variant", "os-version", "os-features", "author", "created"),
    anyOf(
      PROPERTIES.map((properties) => configured(`the config has ${JSON.stringify(properties)}`, properties)),
      "property",
    ),
  ),
];
