/** config-linux.md, "Huge page limits". */
import { oneOf } from "../../../../generators/choices.js";
import { pageBytes } from "../../../../generators/runtime/cgroups/resources/io.js";
import { byAnotherView, hasFile } from "../../../../generators/runtime/host.js";
import type { HostFacts } from "../../../../runners/runtime/host.js";
import type { HugepageLimit } from "../../../../spec/runtime/config.js";
import { atLeast } from "../../../../spec/runtime/releases.js";
import { combine, type ExplainedResult } from "../../../check.js";
import { refuses } from "../../refusal.js";
import { check, example, section, unavailable, type View } from "../../suite.js";
import { judgeReading, type Shown } from "../files.js";
import { resourceCase, resourceFault } from "./cases.js";

const reserved = (size: string): readonly string[] => [`hugetlb/hugetlb.${size}.rsvd.limit_in_bytes`, `hugetlb.${size}.rsvd.max`];
const faulted = (size: string): readonly string[] => [`hugetlb/hugetlb.${size}.limit_in_bytes`, `hugetlb.${size}.max`];

/** Kept in whole huge pages. */
function showsLimit(file: string, { pageSize, limit }: HugepageLimit): Shown {
  const size = pageBytes(pageSize);
  return {
    file,
    accepts: (text) => [limit, Math.floor(limit / size) * size].map(String).includes(text),
    expected: `${limit}, in whole pages`,
  };
}

/** From release 1.1.0 on the limit is that of reservations where the kernel has one; before, nothing was said of them. */
function limits(view: View): ExplainedResult {
  const { files } = view.host.cgroup;
  const ofReservations = atLeast(view.target.release, "1.1.0");
  return combine(
    (view.config.linux?.resources?.hugepageLimits ?? []).map((entry) => {
      const strict = ofReservations && reserved(entry.pageSize).some((file) => files.includes(file));
      const shown = [...reserved(entry.pageSize), ...(strict ? [] : faulted(entry.pageSize))];
      return judgeReading(view, () => shown.map((file) => showsLimit(file, entry)));
    }),
    "no hugepageLimits in the config",
  );
}

const sizes = (host: HostFacts): readonly string[] =>
  host.hugePageSizes.filter((size) => [...reserved(size), ...faulted(size)].some((file) => hasFile(host, file)));

/** On a hybrid host the controller may be in the hierarchy that the target does not use. */
const refusable = (host: HostFacts) =>
  host.cgroup.mode === "hybrid" ? { mayRefuse: "the controller is not in the hierarchies that the runtime may use" } : {};

const none = (host: HostFacts) =>
  unavailable(`the cgroups that the target sees do not limit huge pages (hugetlb)${byAnotherView(host, "hugetlb")}`);

export default section("Huge page limits", [
  check("runtime.hugepages.limit", limits),
  refuses("runtime.hugepages.limit"),

  example("runtime.hugepages.limit", (facts) => {
    const possible = sizes(facts.host);
    if (possible.length === 0) return none(facts.host);
    return oneOf([1, 3, 64], "huge pages").map((count) =>
      resourceCase(
        facts,
        { hugepageLimits: possible.map((pageSize) => ({ pageSize, limit: count * pageBytes(pageSize) })) },
        "limits of huge pages",
        refusable(facts.host),
      ),
    );
  }),
  example("runtime.hugepages.limit", (facts) => {
    const [size] = sizes(facts.host);
    if (size === undefined) return none(facts.host);
    return oneOf(["3MB", "7KB"], "size").map((pageSize) =>
      resourceFault(facts, "runtime.hugepages.limit", {
        control: { hugepageLimits: [{ pageSize: size, limit: pageBytes(size) }] },
        fault: { hugepageLimits: [{ pageSize, limit: pageBytes(size) }] },
        title: "a limit of huge pages of a size that no kernel has",
      }),
    );
  }),
]);
