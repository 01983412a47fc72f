import { type Requirement, specOf } from "./requirement.js";

const RUNTIME = "https://github.com/opencontainers/runtime-spec/blob/v1.3.0/";
const DISTRIBUTION = "https://github.com/opencontainers/distribution-spec/blob/";
const IMAGE = "https://github.com/opencontainers/image-spec/blob/";
const RFC = "https://www.rfc-editor.org/rfc/";

/** What is new at head stands on the main branch only; all else in the newest release in which it holds. */
const branchOf = ({ since, until }: Requirement): string => (since === "head" ? "main" : `v${until ?? "1.1.1"}`);

/** Where the statement stands on the web; undefined for rules of ours. */
export function sectionUrl(requirement: Requirement): string | undefined {
  const { id, section } = requirement;
  if (section === undefined) return undefined;
  if (specOf(id) === "runtime") return `${RUNTIME}${section}`;
  if (specOf(id) === "image") return `${IMAGE}${branchOf(requirement)}/${section}`;
  if (section.startsWith("rfc")) return `${RFC}${section.replace(".md#", "#")}`;
  return `${DISTRIBUTION}${branchOf(requirement)}/${section}`;
}
