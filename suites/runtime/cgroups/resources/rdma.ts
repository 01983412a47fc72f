/** config-linux.md, "RDMA". */
import { oneOf } from "../../../../generators/choices.js";

import type { RdmaLimits } from "../../../../spec/runtime/config.js";
import { combine, type ExplainedResult, notApplicable } from "../../../check.js";
import { refuses } from "../../refusal.js";
import { check, example, section, type View } from "../../suite.js";
import { judgeReading } from "../files.js";
import { resourceFault } from "./cases.js";

const FILES = ["rdma/rdma.max", "rdma.max"] as const;

/** `mlx5_1 hca_handle=3 hca_object=10000`, in any order of the pairs. */
const names = (text: string, device: string, pair: string): boolean =>
  text.split("\n").some((line) => {
    const [name, ...pairs] = line.trim().split(/\s+/);
    return name === device && pairs.includes(pair);
  });

const judgePair = (view: View, key: string, pick: (limits: RdmaLimits) => number | undefined): ExplainedResult =>
  combine(
    Object.entries(view.config.linux?.resources?.rdma ?? {}).map(([device, limits]) => {
      const value = pick(limits);
      if (value === undefined) return notApplicable(`no limit of ${key} in the config`);
      const pair = `${key}=${value}`;
      return judgeReading(view, () =>
        FILES.map((file) => ({ file, accepts: (text) => names(text, device, pair), expected: `${device} ${pair}` })),
      );
    }),
    "no rdma in the config",
  );

const LIMITS = oneOf([1, 10_000], "limit");

/** No device has this name, so its limits cannot be applied; a device that is there is nothing that a host can be asked to have. */
const ABSENT = "oci-no-such-device";

export default section("RDMA", [
  check("runtime.rdma.hca-handles", (view) => judgePair(view, "hca_handle", ({ hcaHandles }) => hcaHandles)),
  refuses("runtime.rdma.hca-handles"),
  check("runtime.rdma.hca-objects", (view) => judgePair(view, "hca_object", ({ hcaObjects }) => hcaObjects)),
  refuses("runtime.rdma.hca-objects"),

  example("runtime.rdma.hca-handles", (facts) =>
    LIMITS.map((hcaHandles) =>
      resourceFault(facts, "runtime.rdma.hca-handles", {
        control: {},
        fault: { rdma: { [ABSENT]: { hcaHandles } } },
        title: "a limit of handles of an RDMA device that there is not",
      }),
    ),
  ),
  example("runtime.rdma.hca-objects", (facts) =>
    LIMITS.map((hcaObjects) =>
      resourceFault(facts, "runtime.rdma.hca-objects", {
        control: {},
        fault: { rdma: { [ABSENT]: { hcaObjects } } },
        title: "a limit of objects of an RDMA device that there is not",
      }),
    ),
  ),
]);
