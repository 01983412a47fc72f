/** config-linux.md, "Devices", "Network Devices", "Sysctl": what is made in the container, given to it, and set for it. */
import type { Device } from "../../../spec/runtime/config.js";
import { oneOf } from "../../choices.js";
import { lastId, whyNoDeviceNodes } from "../host.js";
import { OF_IPC, OF_NETWORK } from "../sysctl.js";
import { type Factor, fixedLevel, inLinux, level, notIn, type Setting, unchanged } from "./factor.js";

/** Memory devices, harmless to whoever opens them. */
const memory = (path: string, minor: number, more: Partial<Device> = {}): Device => ({ path, type: "c", major: 1, minor, ...more });

function devices({ host }: Setting): Factor {
  const excluded = whyNoDeviceNodes(host);
  const owner = lastId(host) >= 1000 ? { uid: 1000, gid: 1 } : { uid: 0, gid: 0 };
  return {
    name: "devices",
    levels: [
      unchanged(),
      level("a device", oneOf([3, 5, 7, 8, 9]), (minor) => inLinux({ devices: [memory("/dev/oci-device", minor)] }), { excluded }),
      fixedLevel("an unbuffered device", inLinux({ devices: [memory("/dev/oci-device", 5, { type: "u" })] }), { excluded }),
      level(
        "a device with mode and owner",
        oneOf([0o666, 0o600, 0o777, 0o400, 0]),
        (fileMode) => inLinux({ devices: [memory("/dev/oci-device", 3, { fileMode, ...owner })] }),
        { excluded },
      ),
      fixedLevel("a FIFO", inLinux({ devices: [{ path: "/dev/oci-fifo", type: "p", fileMode: 0o622 }] }), { excluded }),
      level("outside of /dev", oneOf(["/opt/devices/oci-device", "/oci-device"]), (path) => inLinux({ devices: [memory(path, 5)] }), {
        excluded,
      }),
      fixedLevel(
        "several",
        inLinux({ devices: [memory("/dev/oci-zero", 5), memory("/dev/oci-full", 7), { path: "/dev/oci-fifo", type: "p" }] }),
        { excluded },
      ),
    ],
  };
}

const netDevices = ({ host, release }: Setting): Factor => {
  const excluded = notIn(release, "linux.netDevices") ?? (host.veth ? undefined : "no network interface can be made here");
  return {
    name: "network device",
    levels: [
      unchanged(),
      fixedLevel("as it is called", inLinux({ netDevices: { ocinet0: {} } }), { excluded }),
      level("renamed", oneOf(["inside0", "ocinet0"]), (name) => inLinux({ netDevices: { ocinet0: { name } } }), { excluded }),
      fixedLevel("renamed after a pattern", inLinux({ netDevices: { ocinet0: { name: "inside%d" } } }), { excluded }),
    ],
  };
};

/** The ends of a parameter's range, one at a time. */
const settings = (parameters: Readonly<Record<string, readonly [number, number]>>): Record<string, string>[] =>
  Object.entries(parameters).flatMap(([key, ends]) => ends.map((value) => ({ [key]: `${value}` })));

const sysctl = (): Factor => ({
  name: "sysctl",
  levels: [
    unchanged(),
    level("of the network", oneOf(settings(OF_NETWORK)), (sysctl) => inLinux({ sysctl })),
    level("of ipc", oneOf(settings(OF_IPC)), (sysctl) => inLinux({ sysctl })),
  ],
});

/** The factors of devices, network devices and kernel parameters. */
export const ofKernel = (setting: Setting): readonly Factor[] => [devices(setting), netDevices(setting), sysctl()];
