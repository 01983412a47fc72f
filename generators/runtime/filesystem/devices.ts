import fc, { type Arbitrary } from "fast-check";

import type { HostFacts } from "../../../runners/runtime/host.js";
import type { Device } from "../../../spec/runtime/config.js";
import { maybe, oneOf, record } from "../choose.js";
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
