import { caseOf, minimalConfig } from "../../../generators/runtime/base.js";
import { hasNamespace } from "../../../generators/runtime/host.js";
import { timeOffsets } from "../../../generators/runtime/namespaces/time-offsets.js";
import type { Config, TimeOffset } from "../../../spec/runtime/config.js";
import { type CheckResult, equal } from "../../check.js";
import { check, example, section, started, unavailable, type View } from "../suite.js";

const NANOSECONDS = 1_000_000_000n;
const nanoseconds = (secs: number, nanosecs: number): bigint => BigInt(secs) * NANOSECONDS + BigInt(nanosecs);

const moves = (offset: TimeOffset | undefined): boolean => (offset?.secs ?? 0) !== 0 || (offset?.nanosecs ?? 0) !== 0;

type Clock = "monotonic" | "boottime";

/** The kernel shows offsets from the clocks of the host, so this is for runtimes that have those clocks themselves. */
function shifted(view: View, clock: Clock): CheckResult {
  const { timeOffsets: wanted, namespaces } = view.config.linux ?? {};
  const { probe, host } = view;
  const seen = probe?.timeOffsets;
  if (!wanted || !seen || !probe || !started(view) || view.case.control !== undefined || view.container.configText !== undefined)
    return undefined;
  if (!namespaces?.some(({ type, path }) => type === "time" && path === undefined)) return undefined;
  const outside = host.outside.timeOffsets;
  const offset = wanted[clock];
  if (!offset || !outside || outside[clock].some((part) => part !== 0)) return undefined;
  const [secs, nanosecs] = seen[clock];
  const expected = nanoseconds(offset.secs ?? 0, offset.nanosecs ?? 0);
  return expected === 0n ? undefined : equal(String(nanoseconds(secs, nanosecs)), String(expected), "nanoseconds");
}

export default section("Offset for Time Namespace", [
  check("runtime.time-offsets.monotonic", (view) => shifted(view, "monotonic")),
  check("runtime.time-offsets.boottime", (view) => shifted(view, "boottime")),

  example(["runtime.time-offsets.monotonic", "runtime.time-offsets.boottime"], ({ host, target }) => {
    if (!hasNamespace(host, "time")) return unavailable("the kernel has no time namespaces");
    const base = minimalConfig(target.release);
    return timeOffsets(host, target.release)
      .filter(({ monotonic, boottime }) => moves(monotonic) && moves(boottime))
      .map((offsets) => {
        const config: Config = {
          ...base,
          linux: { ...base.linux, namespaces: [...(base.linux?.namespaces ?? []), { type: "time" }], timeOffsets: offsets },
        };
        return caseOf(config, { title: "clocks of its own", mayRefuse: "time namespaces only SHOULD be supported" });
      });
  }),
]);
