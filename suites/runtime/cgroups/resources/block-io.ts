/** config-linux.md, "Block IO". */
import fc, { type Arbitrary } from "fast-check";

import { oneOf } from "../../../../generators/choices.js";
import { hasFile } from "../../../../generators/runtime/host.js";
import type { RuntimeCase } from "../../../../runners/runtime/case.js";
import type { RuntimeFacts } from "../../../../runners/runtime/facts.js";
import type { HostFacts } from "../../../../runners/runtime/host.js";
import type { BlockIo, ThrottleDevice } from "../../../../spec/runtime/config.js";
import { check, example, section, type Unavailable, unavailable } from "../../suite.js";
import { judgeReading, type Reading, type Shown } from "../files.js";
import { resourceCase, withoutFiles } from "./cases.js";

const of =
  (read: (blockIO: BlockIo) => readonly Shown[]): Reading =>
  ({ blockIO }) =>
    blockIO ? read(blockIO) : [];

/** The weight that a file names for `name`: `default 100`, `8:0 200`, or on v1 perhaps a number alone for the default. */
const weightOf = (text: string, name: string): string | undefined =>
  text
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .flatMap((words) => (words.length === 1 && name === "default" ? words : words[0] === name ? words.slice(1, 2) : []))[0];

/**
 * v1 takes the weight as it is. On v2 the range is another one, and how weights are turned into it is nowhere laid down: any that is
 * not the default shows that something was.
 */
function showsWeight(v1: string, v2: string, name: string, weight: number): readonly Shown[] {
  const exact = (file: string): Shown => ({
    file,
    accepts: (text) => weightOf(text, name) === String(weight),
    untouched: (text) => name === "default" && weightOf(text, name) === (file === "blkio/blkio.weight" ? "500" : "100"),
    expected: `${name} ${weight}`,
  });
  const converted = (file: string): Shown => ({
    file,
    accepts: (text) => ![undefined, ...(weight === 100 ? [] : ["100"])].includes(weightOf(text, name)),
    untouched: (text) => name === "default" && weightOf(text, name) === "100",
    expected: `${name}, and not the default weight`,
  });
  return [exact(`blkio/blkio.${v1}`), exact(`blkio/blkio.bfq.${v1}`), converted(v2), converted("io.bfq.weight")];
}

const weight = of(({ weight: value }) => (value === undefined || value === 0 ? [] : showsWeight("weight", "io.weight", "default", value)));

const leafWeight = of(({ leafWeight: value }) =>
  value === undefined || value === 0
    ? []
    : [
        {
          file: "blkio/blkio.leaf_weight",
          accepts: (text) => text === String(value),
          untouched: (text) => text === "500",
          expected: String(value),
        },
      ],
);

const weightDevice = of(({ weightDevice: devices = [] }) => {
  const [device] = devices;
  return device?.weight === undefined || devices.length > 1
    ? []
    : showsWeight("weight_device", "io.weight", `${device.major}:${device.minor}`, device.weight);
});

type Throttle = "throttleReadBpsDevice" | "throttleWriteBpsDevice" | "throttleReadIOPSDevice" | "throttleWriteIOPSDevice";

/** The requirement, the v1 file and the v2 key of each kind of limit. */
const THROTTLES: Readonly<Record<Throttle, { readonly id: string; readonly file: string; readonly key: string }>> = {
  throttleReadBpsDevice: { id: "runtime.block-io.throttle-read-bps", file: "blkio/blkio.throttle.read_bps_device", key: "rbps" },
  throttleWriteBpsDevice: { id: "runtime.block-io.throttle-write-bps", file: "blkio/blkio.throttle.write_bps_device", key: "wbps" },
  throttleReadIOPSDevice: { id: "runtime.block-io.throttle-read-iops", file: "blkio/blkio.throttle.read_iops_device", key: "riops" },
  throttleWriteIOPSDevice: { id: "runtime.block-io.throttle-write-iops", file: "blkio/blkio.throttle.write_iops_device", key: "wiops" },
};
const KINDS = Object.keys(THROTTLES) as readonly Throttle[];
const idOf = (kind: Throttle): string => THROTTLES[kind].id;

/** The kernel keeps operations per second in 32 bits, whose greatest value is no limit. */
const NO_LIMIT: Readonly<Record<string, number>> = { riops: 2 ** 32 - 1, wiops: 2 ** 32 - 1 };

/** Every limited device has its line with its rate; about a rate that is no limit nothing can be said. */
function throttle(kind: Throttle): Reading {
  const { file, key } = THROTTLES[kind];
  const { [key]: most = Number.MAX_SAFE_INTEGER } = NO_LIMIT;
  const all = (devices: readonly ThrottleDevice[], line: (device: ThrottleDevice, words: readonly string[]) => boolean) => (text: string) =>
    devices.every((device) =>
      text.split("\n").some((each) => {
        const [name, ...words] = each.trim().split(/\s+/);
        return name === `${device.major}:${device.minor}` && line(device, words);
      }),
    );
  return of((blockIO) => {
    const devices = blockIO[kind] ?? [];
    if (devices.length === 0 || devices.some(({ rate }) => rate === 0 || rate >= most)) return [];
    const expected = devices.map(({ major, minor, rate }) => `${major}:${minor} ${rate}`).join(", ");
    return [
      { file, accepts: all(devices, ({ rate }, words) => words[0] === String(rate)), expected },
      { file: "io.max", accepts: all(devices, ({ rate }, words) => words.includes(`${key}=${rate}`)), expected: `${key}: ${expected}` },
    ];
  });
}

/** Cases for the host's one disk. */
const onDisk = (
  facts: RuntimeFacts,
  files: readonly string[],
  make: (disk: NonNullable<HostFacts["blockDevice"]>) => Arbitrary<RuntimeCase>,
): Arbitrary<RuntimeCase> | Unavailable => {
  const { blockDevice } = facts.host;
  return withoutFiles(facts, ...files) ?? (blockDevice ? make(blockDevice) : unavailable("the host has no disk"));
};

const WEIGHTS = ["blkio/blkio.weight", "blkio/blkio.bfq.weight", "io.weight", "io.bfq.weight"] as const;
const weights = (): Arbitrary<number> => oneOf([10, 499, 1000], "weight");

/** Where the kernel has the weight under the name of one I/O scheduler only. */
const byOtherName = ({ host }: RuntimeFacts) =>
  hasFile(host, "blkio/blkio.weight") || hasFile(host, "io.weight")
    ? {}
    : { mayRefuse: "this kernel only has the weight of the BFQ scheduler, which the spec does not name" };

export default section("Block IO", [
  check("runtime.block-io.weight", (view) => judgeReading(view, weight)),
  check("runtime.block-io.leaf-weight", (view) => judgeReading(view, leafWeight)),
  check("runtime.block-io.weight-device", (view) => judgeReading(view, weightDevice)),
  ...KINDS.map((kind) => check(idOf(kind), (view) => judgeReading(view, throttle(kind)))),

  example(
    "runtime.block-io.weight",
    (facts) =>
      withoutFiles(facts, ...WEIGHTS) ??
      weights().map((value) => resourceCase(facts, { blockIO: { weight: value } }, "a weight for block I/O", byOtherName(facts))),
  ),
  example(
    "runtime.block-io.leaf-weight",
    (facts) =>
      withoutFiles(facts, "blkio/blkio.leaf_weight") ??
      weights().map((value) => resourceCase(facts, { blockIO: { leafWeight: value } }, "a leaf weight for block I/O")),
  ),
  example("runtime.block-io.weight-device", (facts) =>
    onDisk(facts, WEIGHTS, (disk) =>
      weights().map((value) =>
        resourceCase(facts, { blockIO: { weightDevice: [{ ...disk, weight: value }] } }, "a weight for block I/O on one disk", {
          mayRefuse: "the disk's I/O scheduler may take no weights",
        }),
      ),
    ),
  ),
  // All at once, as they do not depend on each other; one file is enough to tell that the controller throttles.
  example(KINDS.map(idOf), (facts) =>
    onDisk(facts, ["blkio/blkio.throttle.read_bps_device", "io.max"], (disk) => {
      const rate = (most: number): Arbitrary<readonly ThrottleDevice[]> =>
        oneOf([1000, most - 1]).map((value) => [{ ...disk, rate: value }]);
      return fc
        .record(
          {
            throttleReadBpsDevice: rate(2 ** 40),
            throttleWriteBpsDevice: rate(2 ** 40),
            throttleReadIOPSDevice: rate(2 ** 20),
            throttleWriteIOPSDevice: rate(2 ** 20),
          },
          { noNullPrototype: true },
        )
        .map((blockIO) => resourceCase(facts, { blockIO }, "limits of block I/O on one disk"));
    }),
  ),
  example(idOf("throttleReadBpsDevice"), (facts) =>
    onDisk(facts, ["blkio/blkio.throttle.read_bps_device", "io.max"], (disk) =>
      // Beyond 32 bits, and not a multiple of any page.
      oneOf([5_000_000_001, 2 ** 33 + 1, 2 ** 40 + 7], "rate").map((rate) =>
        resourceCase(facts, { blockIO: { throttleReadBpsDevice: [{ ...disk, rate }] } }, "a high limit of block I/O on one disk"),
      ),
    ),
  ),
]);
