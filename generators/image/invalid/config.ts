import type { Json } from "../../../runners/image/case.js";
import { edit, edits, valueFault } from "./edits.js";
import type { Fault } from "./input.js";

const execution = (name: string, requirement: string, key: string, value: Json): Fault =>
  valueFault("config", name, requirement, ["config", key], value);

/** What is no date and time by RFC 3339. */
const NO_TIMES: Readonly<Record<string, string>> = {
  empty: "",
  "without-zone": "2020-01-01T00:00:00",
  "without-time": "2020-01-01",
  "with-month-13": "2020-13-01T00:00:00Z",
  "with-day-30-of-february": "2020-02-30T00:00:00Z",
  "with-hour-24": "2020-01-01T24:00:00Z",
  "with-comma": "2020-01-01T00:00:00,5Z",
  "in-seconds": "1577836800",
};

/** Values of another type than the property's. */
const OTHER_TYPES: readonly (readonly [path: readonly string[], value: Json])[] = [
  [["created"], 1577836800],
  [["variant"], []],
  [["config"], "text"],
  [["history"], {}],
  [["os.features"], "x"],
  [["config", "User"], 0],
  [["config", "Env"], { A: "1" }],
  [["config", "Entrypoint"], "text"],
  [["config", "WorkingDir"], ["/"]],
  [["config", "StopSignal"], 9],
  [["config", "Volumes"], ["/data"]],
  [["config", "ExposedPorts"], [80]],
];

/** Faults of the image config. */
export const CONFIG_FAULTS: readonly Fault[] = [
  valueFault("config", "config-architecture-missing", "image.config.architecture-required", ["architecture"], undefined),
  valueFault("config", "config-architecture-unknown", "image.config.architecture-goarch", ["architecture"], "abacus"),
  valueFault("config", "config-os-missing", "image.config.os-required", ["os"], undefined),
  valueFault("config", "config-os-unknown", "image.config.os-goos", ["os"], "abacus"),
  valueFault("config", "config-created-no-time", "image.config.created-rfc3339", ["created"], "yesterday"),
  ...Object.entries(NO_TIMES).map(([name, value]) =>
    valueFault("config", `config-created-${name}`, "image.config.created-rfc3339", ["created"], value),
  ),
  ...OTHER_TYPES.map(([path, value]) =>
    valueFault("config", `config-type-of-${path.join("-").toLowerCase().replace(".", "-")}`, "image.config.property-types", path, value),
  ),
  valueFault("config", "config-author-number", "image.config.property-types", ["author"], 7),
  edits("config", "config-windows-features", "image.config.os-features-windows", [
    [["os"], "windows"],
    [["os.features"], ["x"]],
  ]),
  edits("config", "config-variant-unknown", "image.config.variant-table", [
    [["architecture"], "arm"],
    [["variant"], "armv7"],
  ]),
  valueFault("config", "config-rootfs-missing", "image.config.rootfs-required", ["rootfs"], undefined),
  valueFault("config", "config-rootfs-type-missing", "image.config.rootfs-type-required", ["rootfs", "type"], undefined),
  valueFault("config", "config-rootfs-type-unknown", "image.config.rootfs-type-layers", ["rootfs", "type"], "abacus", {
    refusedBy: ["image.config.rootfs-unknown-type-error"],
  }),
  valueFault("config", "config-diff-ids-missing", "image.config.diff-ids-required", ["rootfs", "diff_ids"], undefined),
  {
    name: "config-diff-id-wrong",
    requirement: "image.config.diff-ids-of-layers",
    how: "config: the last of diff_ids is the digest of something else",
    config: (config) => {
      const ids = diffIds(config);
      return edit(config, ["rootfs", "diff_ids"], [...ids.slice(0, -1), `sha256:${"0".repeat(64)}`]);
    },
  },
  {
    name: "config-diff-ids-too-few",
    requirement: "image.config.diff-ids-of-layers",
    how: "config: diff_ids lacks the last layer's",
    config: (config) => edit(config, ["rootfs", "diff_ids"], diffIds(config).slice(0, -1)),
  },
  {
    name: "config-diff-ids-too-many",
    requirement: "image.config.diff-ids-of-layers",
    how: "config: diff_ids has one more than there are layers",
    config: (config) => edit(config, ["rootfs", "diff_ids"], [...diffIds(config), `sha256:${"0".repeat(64)}`]),
  },
  valueFault("config", "config-history-too-short", "image.config.history-of-layers", ["history"], [{ empty_layer: true }]),
  {
    name: "config-history-no-time",
    requirement: "image.config.history-created-rfc3339",
    how: "config: the history's times are no times",
    config: (config) =>
      edit(
        config,
        ["history"],
        diffIds(config).map(() => ({ created: "yesterday" })),
      ),
  },
  execution("config-user-colons", "image.config.user-form", "User", "a:b:c"),
  execution("config-ports-values", "image.config.exposed-ports-empty-objects", "ExposedPorts", { "80/tcp": { host: 80 } }),
  execution("config-ports-keys", "image.config.exposed-ports-keys", "ExposedPorts", { http: {} }),
  execution("config-env-form", "image.config.env-form", "Env", ["NOTHING"]),
  execution("config-volumes-values", "image.config.volumes-empty-objects", "Volumes", { "/data": { size: 1 } }),
  execution("config-stop-signal", "image.config.stop-signal-form", "StopSignal", "please stop"),
  execution("config-cmd-text", "image.config.property-types", "Cmd", "text"),
];

function diffIds(config: Readonly<Record<string, Json>>): Json[] {
  const { rootfs } = config;
  const ids = typeof rootfs === "object" && rootfs !== null && "diff_ids" in rootfs ? rootfs.diff_ids : [];
  return Array.isArray(ids) ? [...ids] : [];
}
