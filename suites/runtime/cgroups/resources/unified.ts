/** config-linux.md, "Unified". */
import fc from "fast-check";
import { oneOf } from "../../../../generators/choices.js";
import { pageBytes } from "../../../../generators/runtime/cgroups/resources/io.js";
import { unifiedFiles } from "../../../../generators/runtime/cgroups/resources/resources.js";
import { byAnotherView, hasFile } from "../../../../generators/runtime/host.js";
import type { RuntimeFacts } from "../../../../runners/runtime/facts.js";
import type { HostFacts } from "../../../../runners/runtime/host.js";
import type { Resources } from "../../../../spec/runtime/config.js";
import { type ExplainedResult, equal, notApplicable } from "../../../check.js";
import { refuses } from "../../refusal.js";
import { check, example, section, started, type Unavailable, unavailable, type View } from "../../suite.js";
import { readingOf } from "../files.js";
import { resourceCase, resourceFault } from "./cases.js";

const words = (text: string): string => text.trim().split(/\s+/).join(" ");

/** Files of every cgroup, whose names belong to no controller; no runtime needs to know them. */
const isCore = (file: string): boolean => file.startsWith("cgroup.");

/** The files of one kind that the config names hold what the config says. */
function written(view: View, kind: (file: string) => boolean): ExplainedResult {
  const { unified: files, ...others } = view.config.linux?.resources ?? {};
  if (!files) return notApplicable("no unified in the config");
  if (Object.keys(others).length > 0) return notApplicable("other resources beside unified in the config, which may set the same files");
  if (view.host.cgroup.mode !== "v2") return notApplicable("the host's cgroups are not those of v2 alone");
  if (view.testCase.control !== undefined) return notApplicable("the config is faulty on purpose");
  if (view.testCase.steps.some(({ op }) => op === "edit" || op === "write-cgroup"))
    return notApplicable("the cgroup was changed by other means");
  if (!started(view)) return notApplicable("the program was not started");
  const entries = Object.entries(files).filter(([file]) => kind(file) && readingOf(view.snapshot, file) !== undefined);
  if (entries.length === 0) return notApplicable("no such file of unified was read while the container ran");
  return equal(
    Object.fromEntries(entries.map(([file]) => [file, words(readingOf(view.snapshot, file) ?? "")])),
    Object.fromEntries(entries.map(([file, value]) => [file, words(value)])),
  );
}

const onlyV2 = ({ host }: RuntimeFacts): Unavailable | undefined =>
  host.cgroup.mode === "v2"
    ? undefined
    : unavailable(`the cgroups that the target sees are not those of v2 alone${host.cgroup.otherViews?.v2 ? byAnotherView(host) : ""}`);

/** Values that a controller's file shows as they were written. */
const hugepages = (host: HostFacts) =>
  host.hugePageSizes
    .filter((size) => hasFile(host, `hugetlb.${size}.max`))
    .flatMap((size) => [1, 64].map((count) => ({ [`hugetlb.${size}.max`]: String(count * pageBytes(size)) })));

/** Properties for a v1 controller that v2 has too, where v2 has nothing like the property. */
const WITHOUT_EQUIVALENT: readonly { readonly file: string; readonly control: Resources; readonly fault: Resources }[] = [
  { file: "memory.max", control: { memory: { limit: 2 ** 28 } }, fault: { memory: { limit: 2 ** 28, swappiness: 10 } } },
  { file: "memory.max", control: { memory: { limit: 2 ** 28 } }, fault: { memory: { limit: 2 ** 28, kernelTCP: 2 ** 24 } } },
  { file: "cpu.weight", control: { cpu: { shares: 512 } }, fault: { cpu: { shares: 512, realtimePeriod: 500_000 } } },
];

export default section("Unified", [
  check("runtime.unified.unknown-files-written", (view) => written(view, isCore)),
  check("runtime.unified.parameters-set", (view) => written(view, (file) => !isCore(file))),
  check("runtime.unified.controllers-enabled", (view) => written(view, (file) => !isCore(file))),
  refuses("runtime.unified.missing-controller-error"),
  refuses("runtime.unified.v1-conversion-impossible-error"),

  example(
    "runtime.unified.unknown-files-written",
    (facts) =>
      onlyV2(facts) ??
      fc
        .tuple(oneOf(["cgroup.max.descendants", "cgroup.max.depth"], "file"), oneOf([0, 1000], "value"))
        .map(([file, value]) =>
          resourceCase(facts, { unified: { [file]: String(value) } }, "a file of the cgroup that is no controller's"),
        ),
  ),
  example(["runtime.unified.parameters-set", "runtime.unified.controllers-enabled"], (facts) => {
    const missing = onlyV2(facts);
    if (missing) return missing;
    const values = [...unifiedFiles(facts.host, facts.target.release), ...hugepages(facts.host)];
    return values.length === 0
      ? unavailable("the host's unified hierarchy has no controller whose files show what was written")
      : oneOf(values, "files").map((files) => resourceCase(facts, { unified: files }, "files of controllers"));
  }),
  example("runtime.unified.missing-controller-error", (facts) =>
    oneOf(["oci-no-such-controller.max", "ocinone.limit"]).map((file) =>
      resourceFault(facts, "runtime.unified.missing-controller-error", {
        control: {},
        fault: { unified: { [file]: "1" } },
        title: "a controller that the host lacks",
      }),
    ),
  ),
  example("runtime.unified.v1-conversion-impossible-error", (facts) => {
    const possible = WITHOUT_EQUIVALENT.filter(({ file }) => hasFile(facts.host, file));
    return (
      onlyV2(facts) ??
      (possible.length === 0
        ? unavailable("the host's unified hierarchy has neither memory nor cpu controller")
        : oneOf(possible).map(({ control, fault }) =>
            resourceFault(facts, "runtime.unified.v1-conversion-impossible-error", {
              control,
              fault,
              title: "a property of cgroup v1 that has no equivalent",
            }),
          ))
    );
  }),
]);
