import t from "tap";
import { matchingArguments, otherArguments } from "../../../../generators/runtime/seccomp/arguments.js";
import { filterable, seccomp, seccompActions, seccompArgs } from "../../../../generators/runtime/seccomp/seccomp.js";
import type { SeccompArg } from "../../../../spec/runtime/config.js";
import { fakeHost } from "../../../runners/runtime/host-fixture.js";
import { assertGenerator, inConfig, sample, smallest } from "../assert-generator.js";

const host = fakeHost();

/** What the kernel's filter would say, in 64 bits. */
function holds({ op, index, value, valueTwo = 0 }: SeccompArg, args: readonly number[]): boolean {
  const [actual, wanted] = [BigInt(args[index] ?? 0), BigInt(value)];
  switch (op) {
    case "SCMP_CMP_NE":
      return actual !== wanted;
    case "SCMP_CMP_LT":
      return actual < wanted;
    case "SCMP_CMP_LE":
      return actual <= wanted;
    case "SCMP_CMP_EQ":
      return actual === wanted;
    case "SCMP_CMP_GE":
      return actual >= wanted;
    case "SCMP_CMP_GT":
      return actual > wanted;
    default:
      return (actual & wanted) === BigInt(valueTwo);
  }
}

t.test("filters", async (t) => {
  assertGenerator(t, seccomp(host, "1.3.0"), {
    problems: inConfig("linux", "seccomp"),
  });
  const simplest = smallest(seccomp(host, "1.3.0"), ({ syscalls }) => syscalls?.some(({ args }) => args !== undefined) ?? false);
  t.match(simplest, {
    defaultAction: "SCMP_ACT_ALLOW",
    syscalls: [{ action: "SCMP_ACT_ERRNO", args: [{ index: 0, value: 0, op: "SCMP_CMP_EQ" }] }],
  });
  t.strictSame([Object.keys(simplest ?? {}).length, simplest?.syscalls?.length, simplest?.syscalls?.[0]?.names.length], [2, 1, 1]);
  for (const { syscalls = [] } of sample(seccomp(host, "1.3.0"))) {
    const names = syscalls.flatMap((rule) => rule.names);
    if (new Set(names).size !== names.length) t.fail("a call in two rules", { syscalls });
  }
  t.ok(filterable(fakeHost({ arch: "arm64" })).every((name) => filterable(host).includes(name)));
});

t.test("actions", async (t) => {
  t.strictSame(seccompActions(fakeHost({ seccompActions: ["errno", "allow"] }), "1.3.0"), ["SCMP_ACT_ERRNO", "SCMP_ACT_ALLOW"]);
  t.notOk(seccompActions(host, "1.0.1").includes("SCMP_ACT_LOG"));
  t.ok(seccompActions(host, "1.0.2").includes("SCMP_ACT_LOG"));
  t.notOk(seccompActions(host, "1.0.2").includes("SCMP_ACT_KILL_PROCESS"));
});

t.test("arguments that match and others", async (t) => {
  t.strictSame(matchingArguments([]), []);
  t.equal(otherArguments([]), null);
  const drawn = sample(seccompArgs(), 1000).filter((conditions) => conditions.length > 0);
  t.ok(drawn.some((conditions) => conditions.length === 2));
  for (const conditions of drawn) {
    const matching = matchingArguments(conditions);
    if (matching && !conditions.every((condition) => holds(condition, matching))) t.fail("does not match", { conditions, matching });
    const other = otherArguments(conditions);
    if (other && conditions.every((condition) => holds(condition, other))) t.fail("matches", { conditions, other });
  }
});
