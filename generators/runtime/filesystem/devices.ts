import fc, { type Arbitrary } from "fast-check";

import type { HostFacts } from "../../../runners/runtime/host.js";
import type { Device } from "../../../spec/runtime/config.js";
import { maybe, oneOf } from "../../choices.js";
import { compact, record } from "../choose.js";
import { can } from "../host.js";
import { id } from "../process/user.js";

/** Memory devices (null, zero, full, random, urandom), harmless to whoever opens them. */
const HARMLESS = [3, 5, 7, 8, 9];

const place = (): Arbitrary<string> =>
  fc
    .tuple(
      oneOf(["/dev", "/opt/devices", "/"]),
      fc.string({ unit: fc.constantFrom(..."abcdefghij0123456789"), minLength: 1, maxLength: 8 }),
    )
    .map(([directory, name]) => `${directory === "/" ? "" : directory}/oci-${name}`);

const looks = (host: HostFacts) => ({
  path: place(),
  fileMode: maybe(oneOf([0o666, 0o600, 0o644, 0o777, 0o400, 0])),
  uid: maybe(id(host)),
  gid: maybe(id(host)),
});

const character = (host: HostFacts): Arbitrary<Device> =>
  record({ type: oneOf(["c", "c", "c", "u"]), major: fc.constant(1), minor: oneOf(HARMLESS), ...looks(host) });

const fifo = (host: HostFacts): Arbitrary<Device> => record({ type: fc.constant("p"), ...looks(host) });

/** What a device node can be: real memory devices, and numbers for local use, behind which there is nothing. */
const NODES = {
  c: (at: number) => (HARMLESS[at] === undefined ? { major: 240, minor: at } : { major: 1, minor: HARMLESS[at] }),
  u: (at: number) => ({ major: 240, minor: 100 + at }),
  b: (at: number) => ({ major: 240, minor: at }),
  p: () => ({}),
} as const;
const MODES = [0o666, 0o600, 0o640, 0o777, 0o400, 0, 0o222] as const;
const OWNERS = [
  [0, 0],
  [0, 5],
  [1000, 0],
  [1, 1000],
  [undefined, undefined],
] as const;
const PLACES = ["/dev/oci-", "/opt/devices/oci-", "/oci-", "/dev/below/oci-"] as const;

const TABLE: ReadonlyMap<string, Device> = new Map(
  (["c", "b", "p", "u"] as const).flatMap((type, kind) =>
    Array.from({ length: PLACES.length * 3 }, (_, at): [string, Device] => {
      const fileMode = MODES[(at + kind) % MODES.length];
      const [uid, gid] = OWNERS[(at + 2 * kind) % OWNERS.length] ?? [0, 0];
      const path = `${PLACES[at % PLACES.length]}${type}${at}`;
      const row = `${type} ${path} ${fileMode?.toString(8)} ${uid === undefined ? "of nobody in particular" : `${uid}:${gid}`}`;
      return [row, { type, path, ...NODES[type](at), ...compact({ fileMode, uid, gid }) }];
    }),
  ),
);

/** Each type of device at each kind of place, with modes and owners of all kinds; each number and each path once. Rows, which `deviceOf` knows. */
export const DEVICES: readonly string[] = [...TABLE.keys()];

/** @throws for what is no row of DEVICES */
export function deviceOf(row: string): Device {
  const device = TABLE.get(row);
  if (!device) throw new TypeError(`there is no device ${row}`);
  return device;
}

/** `linux.devices`: each device and each path once. Empty where nobody may make device nodes. */
export const devices = (host: HostFacts, _release: string): Arbitrary<Device[]> =>
  can(host, "CAP_MKNOD")
    ? fc
        .uniqueArray(fc.oneof({ withCrossShrink: true }, { weight: 4, arbitrary: character(host) }, { weight: 1, arbitrary: fifo(host) }), {
          maxLength: 3,
          selector: ({ path }) => path,
        })
        .map((list) => list.filter((one, at) => one.type === "p" || list.findIndex(({ minor }) => minor === one.minor) === at))
    : fc.constant([]);
