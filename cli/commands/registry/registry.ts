import { type Catalogue, loadCatalogue, type Requirement } from "../../../spec/catalogue.js";
import { registrySuite } from "../../../suites/registry/index.js";
import { list, select } from "../../options/selection.js";
import { runSession } from "../../session/session.js";
import { sessionTargets } from "../../session/suite-session.js";
import { registryOptions } from "./options.js";
import { RegistryTarget } from "./target.js";

/** What can be judged: what binds registries, grants no choice, and shows on the wire. */
export const testable = (catalogue: Catalogue): Requirement[] =>
  [...catalogue].filter((each) => each.testable === true && each.level !== "MAY" && each.binds !== "client");

/** `oci-conform registry`: tests a registry. */
export async function run(args: readonly string[]): Promise<number> {
  const options = registryOptions(args);
  if (!options) return 0;
  const catalogue = await loadCatalogue("distribution");
  const selected = select(catalogue, testable(catalogue), options);
  if (options.list) return list(selected);
  const { server } = options;
  const url = options.url.length === 0 ? undefined : options.url.join(" ");
  const named = {
    name: "registry",
    target: url ?? server ?? "the bundled reference registry",
    key: `registry ${url ?? server ?? "bundled"}`,
    open: () => RegistryTarget.open(options),
  };
  return (await runSession(sessionTargets(registrySuite, [named], options), selected, options)).code;
}
