import type { Config, Linux, NamespaceType } from "../spec/runtime/config.js";
import { isConfig, validateConfig } from "../spec/validate.js";
import { ConfigError } from "./errors.js";
import { jsonPlace } from "./json-place.js";
import { parameterPath } from "./parameter.js";

/** `/linux/namespaces/3/type` as `linux.namespaces[3].type`. */
const dotted = (pointer: string): string =>
  pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce((path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : path === "" ? part : `${path}.${part}`), "");

/** The namespaces that a kernel parameter belongs to: `net.*` to the network's, and so on. */
function namespaceOfParameter(name: string): NamespaceType | undefined {
  if (name.startsWith("net.")) return "network";
  if (/^kernel\.(msg(max|mnb|mni|_next_id)|sem(_next_id)?|shm(all|max|mni|_next_id|_rmid_forced))$/.test(name)) return "ipc";
  if (name.startsWith("fs.mqueue.")) return "ipc";
  return name === "kernel.domainname" || name === "kernel.hostname" ? "uts" : undefined;
}

const has = (linux: Linux | undefined, type: NamespaceType): boolean =>
  linux?.namespaces?.some((namespace) => namespace.type === type) ?? false;

function checkNamespaces(config: Config): void {
  const { linux } = config;
  const seen = new Set<string>();
  for (const [at, { type }] of (linux?.namespaces ?? []).entries()) {
    if (seen.has(type)) throw new ConfigError(`linux.namespaces[${at}].type`, `there are two namespaces of the type ${type}`);
    seen.add(type);
  }
  const need = (path: string, type: NamespaceType): void => {
    if (!has(linux, type)) throw new ConfigError(path, `needs a ${type} namespace, or it would change the host`);
  };
  if (config.hostname !== undefined) need("hostname", "uts");
  if (config.domainname !== undefined) need("domainname", "uts");
  for (const name of Object.keys(linux?.sysctl ?? {})) {
    const path = parameterPath(name);
    if (path.split("/").some((part) => part === "" || part === "." || part === "..")) {
      throw new ConfigError(`linux.sysctl.${name}`, "is not the name of a parameter");
    }
    const type = namespaceOfParameter(path.replaceAll("/", "."));
    if (type === undefined) throw new ConfigError(`linux.sysctl.${name}`, "is not a parameter of a namespace");
    need(`linux.sysctl.${name}`, type);
  }
  const user = linux?.namespaces?.find(({ type }) => type === "user");
  for (const property of ["uidMappings", "gidMappings"] as const) {
    const listed = linux?.[property] ?? [];
    if (listed.length > 0) need(`linux.${property}`, "user");
    if (user && user.path === undefined && listed.length === 0)
      throw new ConfigError(`linux.${property}`, "a new user namespace needs mappings");
  }
  if (linux?.timeOffsets && Object.keys(linux.timeOffsets).length > 0) {
    need("linux.timeOffsets", "time");
    if (linux.namespaces?.some(({ type, path }) => type === "time" && path !== undefined)) {
      throw new ConfigError("linux.timeOffsets", "cannot be set in a time namespace that exists");
    }
  }
  if (linux?.netDevices && Object.keys(linux.netDevices).length > 0) need("linux.netDevices", "network");
}

/** The user and the groups of the process must be there in a new user namespace. */
function checkUser({ process, linux }: Config): void {
  if (!process || !linux?.namespaces?.some(({ type, path }) => type === "user" && path === undefined)) return;
  const need = (id: number, property: "uidMappings" | "gidMappings", path: string): void => {
    const mapped = linux[property]?.some(({ containerID, size }) => id >= containerID && id < containerID + size) ?? false;
    if (!mapped) throw new ConfigError(path, `${id} is not among linux.${property}`);
  };
  const { uid, gid, additionalGids = [] } = process.user;
  need(uid, "uidMappings", "process.user.uid");
  need(gid, "gidMappings", "process.user.gid");
  for (const [at, group] of additionalGids.entries()) need(group, "gidMappings", `process.user.additionalGids[${at}]`);
}

function checkProcess({ process }: Config): void {
  const seen = new Set<string>();
  for (const [at, { type, soft, hard }] of (process?.rlimits ?? []).entries()) {
    if (seen.has(type)) throw new ConfigError(`process.rlimits[${at}].type`, `${type} is there twice`);
    seen.add(type);
    if (soft > hard) throw new ConfigError(`process.rlimits[${at}].soft`, `${soft} is above the hard limit ${hard}`);
  }
}

/** Releases up to this one are understood, of the same major version. */
export const NEWEST = "1.3.0";

function checkVersion(version: string): void {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [ours = 0, newest = 0] = NEWEST.split(".").map(Number);
  if (major !== ours || minor > newest) throw new ConfigError("ociVersion", `${version} is not supported; the newest is ${NEWEST}`);
}

/** @throws ConfigError that names the file */
export function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    const place = jsonPlace(text);
    // It is JSON, but more of it than the engine can take.
    if (place === undefined) throw thrown;
    throw new ConfigError(file, `is not JSON: ${place}`);
  }
}

/** Reads a config. @throws ConfigError that names the first property that is wrong. */
export const loadConfig = (text: string): Config => checkConfig(parseJson(text, "config.json"));

/** A parsed value as a config. @throws ConfigError that names the first property that is wrong. */
export function checkConfig(value: unknown): Config {
  if (!isConfig(value)) {
    const [problem] = validateConfig(value);
    throw new ConfigError(dotted(problem?.path ?? "") || "config.json", problem?.message ?? "is invalid");
  }
  checkVersion(value.ociVersion);
  checkNamespaces(value);
  checkUser(value);
  checkProcess(value);
  return value;
}
