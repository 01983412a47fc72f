import fc, { type Arbitrary } from "fast-check";

import type { HostFacts } from "../../../../runners/runtime/host.js";
import type { BlockIo, HugepageLimit, NetworkClass, ThrottleDevice } from "../../../../spec/runtime/config.js";
import { maybe } from "../../../choices.js";
import { rarely, record } from "../../choose.js";
import { hasFile } from "../../host.js";

const none = fc.constant(undefined);

/** `linux.resources.blockIO` for the host's one disk, with weights where their files have their plain names; an empty object without the controller. */
export function blockIo(host: HostFacts, _release: string): Arbitrary<BlockIo> {
  const { blockDevice } = host;
  const throttle = (file: string): Arbitrary<ThrottleDevice[] | undefined> =>
    blockDevice && (hasFile(host, `blkio/blkio.throttle.${file}`) || hasFile(host, "io.max"))
      ? rarely(
          fc.integer({ min: 2 ** 20, max: 2 ** 40 }).map((rate) => [{ ...blockDevice, rate }]),
          3,
        )
      : none;
  const weights = ["blkio/blkio.weight", "io.weight"].some((file) => hasFile(host, file));
  return record({
    weight: weights ? maybe(fc.integer({ min: 10, max: 1000 })) : none,
    throttleReadBpsDevice: throttle("read_bps_device"),
    throttleWriteBpsDevice: throttle("write_bps_device"),
    throttleReadIOPSDevice: throttle("read_iops_device"),
    throttleWriteIOPSDevice: throttle("write_iops_device"),
  });
}

const UNITS: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/** `2MB` in bytes. */
export const pageBytes = (size: string): number => Number.parseInt(size, 10) * (UNITS[size.at(-2) ?? ""] ?? 1);

/** `linux.resources.hugepageLimits`: whole pages of sizes that the host has; empty without the controller. */
export function hugepageLimits(host: HostFacts, _release: string): Arbitrary<HugepageLimit[]> {
  const sizes = host.hugePageSizes.filter(
    (size) => hasFile(host, `hugetlb/hugetlb.${size}.limit_in_bytes`) || hasFile(host, `hugetlb.${size}.max`),
  );
  const limits = sizes.map((pageSize) => maybe(fc.nat(64).map((count) => ({ pageSize, limit: count * pageBytes(pageSize) }))));
  return fc.tuple(...limits).map((drawn) => drawn.filter((limit) => limit !== undefined));
}

/** `linux.resources.network`; an empty object without the controllers. */
export const network = (host: HostFacts, _release: string): Arbitrary<NetworkClass> =>
  record({
    classID: hasFile(host, "net_cls/net_cls.classid") ? maybe(fc.integer({ min: 0, max: 2 ** 32 - 1 })) : none,
    priorities: hasFile(host, "net_prio/net_prio.ifpriomap") ? maybe(fc.nat(1000).map((priority) => [{ name: "lo", priority }])) : none,
  });
