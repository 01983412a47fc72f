import type { Json } from "../../../runners/image/case.js";
import { equal, expectThat, notApplicable } from "../../check.js";
import { type Conversion, converts, objectOf, type Properties, strings } from "./converted.js";
import { USER_CHECKS } from "./user-checks.js";
import type { ToolCheck } from "./view.js";

const NO_ENV = notApplicable("no Env in the image's config");

const PREFIX = "org.opencontainers.image.";

/** A property of the image that becomes an annotation; a label of the same key goes before it. */
const annotation = (id: string, name: string, read: (conversion: Conversion) => Json | undefined): ToolCheck =>
  converts(id, (conversion) => {
    const value = read(conversion);
    const key = PREFIX + name;
    if (value === undefined || value === "") return notApplicable(`the image's config has nothing for ${key}`);
    if (conversion.labels[key] !== undefined) return notApplicable(`a label has the key ${key}`);
    const actual = conversion.annotations[key];
    // No sentence says how a list becomes one text; that its parts are in it can be seen.
    if (Array.isArray(value)) {
      const parts = strings(value);
      if (parts.length === 0) return notApplicable(`the image's config has nothing for ${key}`);
      return expectThat(
        typeof actual === "string" && parts.every((part) => actual.includes(part)),
        parts,
        actual ?? "no such annotation",
        key,
      );
    }
    return equal(actual ?? "no such annotation", value, key);
  });

/** Those of some variables that the image has, name by name: which name comes first means nothing, which value of one name does. */
const among = (variables: readonly string[], image: readonly string[]): string[] =>
  [...new Set(image.map(nameOf))].flatMap((name) => variables.filter((each) => nameOf(each) === name && image.includes(each)));

const nameOf = (variable: string): string => variable.slice(0, Math.max(0, variable.indexOf("=")));

/** conversion.md, "Annotation Fields" and "Annotations". */
const ANNOTATIONS: readonly ToolCheck[] = [
  annotation("image.conversion.os", "os", ({ image }) => image.os),
  annotation("image.conversion.architecture", "architecture", ({ image }) => image.architecture),
  annotation("image.conversion.variant", "variant", ({ image }) => image.variant),
  annotation("image.conversion.os-version", "os.version", ({ image }) => image["os.version"]),
  annotation("image.conversion.os-features", "os.features", ({ image }) => image["os.features"]),
  annotation("image.conversion.author", "author", ({ image }) => image.author),
  annotation("image.conversion.created", "created", ({ image }) => image.created),
  annotation("image.conversion.stop-signal", "stopSignal", ({ execution }) => execution.StopSignal),
  ...["image.conversion.labels", "image.conversion.annotations-not-modified"].map((id) =>
    converts(id, ({ labels, annotations }) => {
      const plain = Object.keys(labels).filter((key) => !key.startsWith(PREFIX));
      return plain.length === 0
        ? notApplicable("no label is about anything else than the image")
        : equal(
            Object.fromEntries(plain.map((key) => [key, annotations[key] ?? null])),
            Object.fromEntries(plain.map((key) => [key, labels[key]])),
          );
    }),
  ),
  ...["image.conversion.labels-before-fields", "image.conversion.labels-first"].map((id) =>
    converts(id, ({ labels, annotations }) => {
      const key = `${PREFIX}os`;
      return labels[key] === undefined ? notApplicable(`no label has the key ${key}`) : equal(annotations[key], labels[key], key);
    }),
  ),
  converts("image.conversion.exposed-ports", ({ execution, annotations, labels }) => {
    const ports = Object.keys(objectOf(execution.ExposedPorts));
    const key = `${PREFIX}exposedPorts`;
    if (ports.length === 0) return notApplicable("the image exposes no ports");
    if (labels[key] !== undefined) return notApplicable(`a label has the key ${key}`);
    return equal(
      String(annotations[key] ?? "")
        .split(",")
        .sort(),
      ports.sort(),
      key,
    );
  }),
  converts("image.conversion.manifest-annotations-left", ({ view, annotations, labels }) => {
    const keys = Object.keys(view.case.shape.annotations ?? {}).filter((key) => labels[key] === undefined && !key.startsWith(PREFIX));
    return keys.length === 0
      ? notApplicable("the manifest has no annotations of its own")
      : equal(
          keys.filter((key) => annotations[key] !== undefined),
          [],
        );
  }),
];

/** conversion.md, "Verbatim Fields". */
const VERBATIM: readonly ToolCheck[] = [
  converts("image.conversion.working-dir", ({ execution, process }) =>
    typeof execution.WorkingDir === "string" && execution.WorkingDir !== ""
      ? equal(process.cwd, execution.WorkingDir)
      : notApplicable("no WorkingDir in the image's config"),
  ),
  converts("image.conversion.env", ({ execution, process }) => {
    const env = strings(execution.Env);
    const made = strings(process.env);
    return env.length === 0 ? NO_ENV : equal(among(made, env), among(env, env), `process.env is ${JSON.stringify(made).slice(0, 300)}`);
  }),
  ...["image.conversion.env-no-names-again", "image.conversion.env-kept-by-defaults"].map((id) =>
    converts(id, ({ execution, process }) => {
      const env = strings(execution.Env);
      const names = env.map(nameOf);
      const again = strings(process.env).filter((each) => names.includes(nameOf(each)) && !env.includes(each));
      return env.length === 0 ? NO_ENV : equal(again, []);
    }),
  ),
  converts("image.conversion.entrypoint", ({ execution, process }) => {
    const [entrypoint, cmd] = [strings(execution.Entrypoint), strings(execution.Cmd)];
    return entrypoint.length === 0 || cmd.length > 0 ? notApplicable("not Entrypoint alone") : equal(process.args, entrypoint);
  }),
  converts("image.conversion.cmd", ({ execution, process }) => {
    const [entrypoint, cmd] = [strings(execution.Entrypoint), strings(execution.Cmd)];
    return cmd.length === 0 || entrypoint.length > 0 ? notApplicable("not Cmd alone") : equal(process.args, cmd);
  }),
  converts("image.conversion.cmd-after-entrypoint", ({ execution, process }) => {
    const [entrypoint, cmd] = [strings(execution.Entrypoint), strings(execution.Cmd)];
    return entrypoint.length === 0 || cmd.length === 0
      ? notApplicable("not both Entrypoint and Cmd")
      : equal(process.args, [...entrypoint, ...cmd]);
  }),
];

/** What a container is started with, as far as it is in the image's config, in the runtime's terms; numbers only of users. */
function startsWith({ execution }: Conversion): Properties {
  const args = [...strings(execution.Entrypoint), ...strings(execution.Cmd)];
  const { WorkingDir: cwd } = execution;
  return {
    ...(args.length > 0 ? { args } : {}),
    ...(typeof cwd === "string" && cwd !== "" ? { cwd } : {}),
    ...(strings(execution.Env).length > 0 ? { env: among(strings(execution.Env), strings(execution.Env)) } : {}),
  };
}

/** The parameters of the image's config as a whole: config.md, "config", and conversion.md. */
const STARTED: readonly ToolCheck[] = [
  ...["image.config.used-as-base", "image.conversion.by-image-config"].map((id) =>
    converts(id, (conversion) => {
      const wanted = startsWith(conversion);
      const { args, cwd, env } = conversion.process;
      const own = among(strings(env), strings(wanted.env));
      const made = Object.fromEntries(Object.entries({ args, cwd, env: own }).filter(([name]) => wanted[name] !== undefined));
      return Object.keys(wanted).length === 0
        ? notApplicable("the image's config says nothing of its process")
        : equal(made, wanted, "process");
    }),
  ),
  converts("image.config.cmd-first-is-program", ({ execution, process }) => {
    const [program] = strings(execution.Cmd);
    if (program === undefined || strings(execution.Entrypoint).length > 0) return notApplicable("not Cmd alone");
    return equal(strings(process.args)[0] ?? "no program", program, "process.args");
  }),
];

/** conversion.md, "Optional Fields". */
const OPTIONAL: readonly ToolCheck[] = [
  ...["image.conversion.volumes-mounted", "image.conversion.volumes-destination"].map((id) =>
    converts(id, ({ execution, runtime }) => {
      const volumes = Object.keys(objectOf(execution.Volumes));
      const mounts = Array.isArray(runtime.mounts) ? runtime.mounts.map((mount) => objectOf(mount).destination) : [];
      return volumes.length === 0
        ? notApplicable("the image has no volumes")
        : equal(
            volumes.filter((volume) => !mounts.includes(volume)),
            [],
            "volumes without a mount",
          );
    }),
  ),
];

/** The checks of a runtime config that a tool makes of an image: conversion.md. */
export const CONVERSION_CHECKS: readonly ToolCheck[] = [...VERBATIM, ...STARTED, ...ANNOTATIONS, ...USER_CHECKS, ...OPTIONAL];
