/** config-linux.md, "Offset for Time Namespace". */
import fc from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import { caseOf, minimalConfig } from "../../../generators/runtime/base.js";
import { hasNamespace } from "../../../generators/runtime/host.js";
import { alsoInUserNamespace } from "../../../generators/runtime/namespaces/mappings.js";
import { withNamespace } from "../../../generators/runtime/namespaces/namespaces.js";
import { OFFSETS } from "../../../generators/runtime/namespaces/time-offsets.js";
import type { Config } from "../../../spec/runtime/config.js";
import { type ExplainedResult, equal, notApplicable, unless } from "../../check.js";
import { check, example, NO_REPORT, section, unavailable, type View, whyNotInForce } from "../suite.js";

const NANOSECONDS = 1_000_000_000n;
const nanoseconds = (secs: number, nanosecs: number): bigint => BigInt(secs) * NANOSECONDS + BigInt(nanosecs);

type Clock = "monotonic" | "boottime";

/** The kernel shows offsets from the clocks of the host, so this is for runtimes that have those clocks themselves. */
const shifted = (view: View, clock: Clock): ExplainedResult =>
  unless(whyNotInForce(view), () => {
    const { timeOffsets: configured, namespaces } = view.config.linux ?? {};
    const { secs = 0, nanosecs = 0 } = configured?.[clock] ?? {};
    const expected = nanoseconds(secs, nanosecs);
    if (expected === 0n) return notApplicable(`no offset of the ${clock} clock in the config`);
    if (!namespaces?.some(({ type, path }) => type === "time" && path === undefined))
      return notApplicable("no new time namespace in the config");
    const outside = view.host.outside.timeOffsets;
    if (!outside || outside[clock].some((part) => part !== 0)) return notApplicable("the runtime's own clocks are not the host's");
    if (!view.probe) return notApplicable(NO_REPORT);
    const actual = view.probe.timeOffsets?.[clock];
    return actual
      ? equal(String(nanoseconds(...actual)), String(expected), "nanoseconds")
      : notApplicable("the program could not tell the offsets of its clocks");
  });

export default section("Offset for Time Namespace", [
  check("runtime.time-offsets.monotonic", (view) => shifted(view, "monotonic")),
  check("runtime.time-offsets.boottime", (view) => shifted(view, "boottime")),

  example(["runtime.time-offsets.monotonic", "runtime.time-offsets.boottime"], ({ host, target }) => {
    if (!hasNamespace(host, "time")) return unavailable("the kernel has no time namespaces");
    const base = minimalConfig(target.release);
    return fc
      .tuple(oneOf(OFFSETS, "offset"), withNamespace(base.linux?.namespaces ?? [], { type: "time" }))
      .chain(([[monotonic, boottime], namespaces]) =>
        alsoInUserNamespace(host, { ...base.linux, namespaces, timeOffsets: { monotonic, boottime } }),
      )
      .map((linux) => {
        const config: Config = { ...base, linux };
        return caseOf(config, { title: "clocks of its own", mayRefuse: "time namespaces only SHOULD be supported" });
      });
  }),
]);
