/** config-linux.md, "Seccomp": architectures, flags, and what must be refused. */
import type { Arbitrary } from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import { faultCase, hasTabledFault, tabledFault } from "../../../generators/runtime/invalid/input.js";
import { architectures } from "../../../generators/runtime/seccomp/seccomp.js";
import type { RuntimeCase } from "../../../runners/runtime/case.js";
import { notApplicable, PASS } from "../../check.js";
import { refuses } from "../refusal.js";
import { check, example, NO_REPORT, section, started, type Unavailable, unavailable } from "../suite.js";
import { eachCall, filtered, only } from "./filter.js";

const REFUSED = [
  "runtime.seccomp.default-action-required",
  "runtime.seccomp.names-at-least-one",
  "runtime.seccomp.action-unknown-error",
  "runtime.seccomp.operator-unknown-error",
  "runtime.seccomp.errno-unsupported-error",
];

/** All lists of some of the values, in their order. */
const subsets = <T>(values: readonly T[]): readonly (readonly T[])[] =>
  Array.from({ length: 2 ** values.length }, (_, bits) => values.filter((_value, at) => (bits & (1 << at)) !== 0));

export default section("Seccomp", [
  eachCall(
    "runtime.seccomp.architectures",
    "no architectures in the config, or no call that a rule with SCMP_ACT_ERRNO decides",
    ({ rule }, seccomp) => rule?.action === "SCMP_ACT_ERRNO" && (seccomp.architectures ?? []).length > 0,
  ),
  example("runtime.seccomp.architectures", (facts): Arbitrary<RuntimeCase> | Unavailable => {
    const [native, ...others] = architectures(facts.host);
    if (native === undefined) return unavailable(`the suite knows no architectures for ${facts.host.arch}`);
    return oneOf(subsets(others), "other architectures").map((rest) =>
      filtered(facts, { ...only({ action: "SCMP_ACT_ERRNO" }), architectures: [native, ...rest] }, "architectures"),
    );
  }),
  check("runtime.seccomp.flags", (view) => {
    if ((view.config.linux?.seccomp?.flags ?? []).length === 0) return notApplicable("no flags in the config");
    if (view.testCase.control !== undefined) return notApplicable("the config is faulty on purpose");
    return started(view) && view.probe ? PASS : notApplicable(NO_REPORT);
  }),
  example("runtime.seccomp.flags", (facts) =>
    oneOf(["SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW", "SECCOMP_FILTER_FLAG_TSYNC"], "flag").map((flag) =>
      filtered(facts, { ...only({ action: "SCMP_ACT_ERRNO" }), flags: [flag] }, `the flag ${flag}`),
    ),
  ),
  ...REFUSED.map((id) => refuses(id)),
  ...REFUSED.map((id) =>
    example(id, ({ host, target }) =>
      hasTabledFault(host, target.release, id)
        ? tabledFault(host, target.release, id).map((fault) => faultCase(fault, host))
        : unavailable("the release has nothing that could be wrong in this way"),
    ),
  ),
]);
