/** What came of a run: what the client has in the end, and what the registry holds. */
import type { ClientRun, HeldContent } from "../../runners/client/observation.js";
import type { ClientView } from "./view.js";

/** Whether a file with these bytes was written. `sha256` has its algorithm in front. */
export const wrote = ({ written }: ClientRun, sha256: string | undefined): boolean =>
  sha256 !== undefined && Object.values(written).some((file) => file.sha256 === sha256);

/** The facts of a content. @throws RangeError where there is none of that name */
export function content({ observation: { contents } }: ClientView, name: string): ClientView["observation"]["contents"][string] {
  const facts = contents[name];
  if (!facts) throw new RangeError(`the case has no content ${name}`);
  return facts;
}

/** What the target's repository holds in the end. */
export const heldAtTarget = ({ case: { target }, run: { held } }: ClientView): HeldContent | undefined =>
  held[target.host ?? "registry"]?.[`oci-conform/${target.repository}`];
