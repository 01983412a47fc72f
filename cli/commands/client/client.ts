import { availableParallelism } from "node:os";
import { Player } from "../../../runners/client/player.js";
import type { ClientTool } from "../../../runners/client/tools/tool.js";
import { type Catalogue, loadCatalogue, type Requirement } from "../../../spec/catalogue.js";
import { checks, clientSuite } from "../../../suites/client/index.js";
import { list, select } from "../../options/selection.js";
import { runSession } from "../../session/session.js";
import { sessionTargets } from "../../session/suite-session.js";
import { assertPlayable } from "./able.js";
import { type ClientOptions, clientOptions, clientsOf, limitsFrom, releaseFor } from "./options.js";
import { ClientTarget, displayName, nameOf } from "./target.js";

const checked = new Set(checks.map(({ id }) => id));

/** What clients can be judged by: what binds them, grants no choice, and shows on the wire; of what binds registries, too, what is looked at here. */
export const testable = (catalogue: Catalogue): Requirement[] =>
  [...catalogue].filter(
    ({ id, testable: can, level, binds }) =>
      can === true && level !== "MAY" && (binds === "client" || (binds === "both" && checked.has(id))),
  );

const named = (tool: ClientTool, options: ClientOptions) => ({
  name: nameOf(tool),
  key: `client ${nameOf(tool)}`,
  target: displayName(tool),
  open: (signal: AbortSignal) =>
    ClientTarget.open(tool, () => Player.open(tool, limitsFrom(options)), {
      release: releaseFor(tool, options),
      given: options.given,
      limits: limitsFrom(options),
      signal,
    }),
});

/** `oci-conform client`: tests each client in turn. */
export async function run(args: readonly string[]): Promise<number> {
  const options = clientOptions(args, availableParallelism());
  if (!options) return 0;
  const catalogue = await loadCatalogue("distribution");
  const selected = select(catalogue, testable(catalogue), options);
  if (options.list) return list(selected);
  const tools = clientsOf(options);
  for (const tool of tools) assertPlayable(tool);
  const targets = sessionTargets(
    clientSuite,
    tools.map((tool) => named(tool, options)),
    options,
  );
  return (await runSession(targets, selected, options)).code;
}
