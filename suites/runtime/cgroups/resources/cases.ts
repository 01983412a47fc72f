import { type CaseOptions, caseOf, minimalConfig } from "../../../../generators/runtime/base.js";
import { hasFile } from "../../../../generators/runtime/host.js";
import { faultCase } from "../../../../generators/runtime/invalid/input.js";
import type { RuntimeCase } from "../../../../runners/runtime/case.js";
import type { RuntimeFacts } from "../../../../runners/runtime/facts.js";
import type { HostFacts } from "../../../../runners/runtime/host.js";
import type { Config, Linux, Resources } from "../../../../spec/runtime/config.js";
import { type Unavailable, unavailable } from "../../suite.js";

/** The minimal config with these resources. */
export const limited = (facts: RuntimeFacts, resources: Resources, more: Pick<Linux, "cgroupsPath"> = {}): Config => {
  const base = minimalConfig(facts.target.release);
  return { ...base, linux: { ...base.linux, ...more, resources } };
};

/** A container with these resources that is looked at, with the cgroup files that show them, while its program runs. */
export const resourceCase = (facts: RuntimeFacts, resources: Resources, title: string, more: CaseOptions = {}): RuntimeCase =>
  caseOf(limited(facts, resources), { host: facts.host, hold: true, title, ...more });

/** A container that must be refused for resources which cannot be applied; with the resources in `control` it is accepted. */
export const resourceFault = (
  facts: RuntimeFacts,
  requirement: string,
  { control, fault, title }: { readonly control: Resources; readonly fault: Resources; readonly title: string },
): RuntimeCase =>
  faultCase({
    requirement,
    path: "/linux/resources",
    description: title,
    config: limited(facts, fault),
    control: limited(facts, control),
  });

/** The lack of all of these cgroup files (`controller/file` of v1, `file` of v2), any of which would do; else undefined. */
export const withoutFiles = ({ host }: RuntimeFacts, ...files: string[]): Unavailable | undefined =>
  files.some((file) => hasFile(host, file))
    ? undefined
    : unavailable(`the host's cgroups have no ${files.join(" or ")}${viewOf(host, files)}`);

/** By which view the files would be there: those with a slash are v1's. */
function viewOf({ cgroup: { otherViews = {} } }: HostFacts, files: readonly string[]): string {
  const has = (view: "v1" | "v2"): boolean =>
    files.some((file) => file.includes("/") === (view === "v1") && otherViews[view]?.includes(file.split(/[/.]/)[0] ?? ""));
  const view = (["v2", "v1"] as const).find(has);
  return view ? `; --cgroup ${view} shows its controller` : "";
}
