import type { Device } from "../../spec/runtime/config.js";
import { ConfigError } from "../errors.js";
import { normalize } from "../paths.js";
import { DEVICE_FALLBACK, type Step, step } from "../plan.js";

/** config-linux.md, Default Devices: numbers on every Linux. */
const DEFAULTS: readonly (readonly [name: string, major: number, minor: number])[] = [
  ["null", 1, 3],
  ["zero", 1, 5],
  ["full", 1, 7],
  ["random", 1, 8],
  ["urandom", 1, 9],
  ["tty", 5, 0],
];

/** runtime-linux.md, Dev symbolic links; and the multiplexer of the container's own pseudoterminals. */
const LINKS: readonly (readonly [target: string, path: string])[] = [
  ["/proc/self/fd", "/dev/fd"],
  ["/proc/self/fd/0", "/dev/stdin"],
  ["/proc/self/fd/1", "/dev/stdout"],
  ["/proc/self/fd/2", "/dev/stderr"],
  ["pts/ptmx", "/dev/ptmx"],
];

function configured(device: Device, at: number, mapped: boolean): Step {
  const from = `linux.devices[${at}]`;
  const { type, path, major, minor, fileMode = 0o666, uid = 0, gid = 0 } = device;
  if (type !== "p" && (major === undefined || minor === undefined)) throw new ConfigError(from, "needs major and minor");
  const fallback = mapped ? DEVICE_FALLBACK.host : DEVICE_FALLBACK.none;
  return step(from, "device", path, type === "u" ? "c" : type, major ?? 0, minor ?? 0, fileMode, uid, gid, fallback);
}

/** Device nodes, the configured ones and the default ones; `mapped`: the kernel may forbid making any. @throws ConfigError */
export function lowerDevices(devices: readonly Device[], mapped: boolean): Step[] {
  const paths = new Set(devices.map(({ path }) => normalize(path)));
  return [
    ...devices.map((device, at) => configured(device, at, mapped)),
    ...DEFAULTS.filter(([name]) => !paths.has(`/dev/${name}`)).map(([name, major, minor]) =>
      step("linux.devices", "device", `/dev/${name}`, "c", major, minor, 0o666, 0, 0, DEVICE_FALLBACK.any),
    ),
    ...LINKS.filter(([, path]) => !paths.has(path)).map(([target, path]) => step("linux.devices", "symlink", target, path)),
  ];
}
