import { join } from "node:path";
import type { Incomplete } from "../../../reports/results/results.js";
import { count } from "../../../reports/text.js";
import { CLIENT_FACTS } from "../../../runners/client/formats.js";
import { REGISTRY_FACTS } from "../../../runners/registry/formats.js";
import { clientSuite } from "../../../suites/client/index.js";
import { registrySuite } from "../../../suites/registry/index.js";
import { CASE, FACTS, OBSERVATION, storeFiles } from "../../session/stored-case.js";
import { doingsOf } from "./client-side.js";
import type { Recording } from "./listening.js";
import type { ProxyOptions } from "./options.js";
import type { Heard } from "./recording.js";
import { REGISTRY_CASE, registryFacts, registryObservation } from "./registry-side.js";
import type { JudgedPart, Side } from "./results.js";

/** Where the traffic of findings goes. */
const storing = (out: string, name: string, files: Parameters<typeof storeFiles>[2]): (() => string) => {
  let directory: string | undefined;
  return () => {
    directory ??= storeFiles(join(out, "proxy"), name, files);
    return directory;
  };
};

/** What was not kept to be judged. */
const unheard = ({ left, exchanges }: Recording): readonly Incomplete[] =>
  left === 0
    ? []
    : [{ what: count(left, "exchange"), reason: `passed on, but not judged: no more than the first ${exchanges.length} were kept` }];

/** The clients that were heard, by their own names, a few of them. */
function clientsIn(heard: readonly Heard[]): string {
  const names = [...new Set(heard.map(({ client }) => client))];
  return names.length > 5 ? `${names.slice(0, 5).join(", ")} and ${names.length - 5} more` : names.join(", ");
}

/** The clients, judged by all that went by. */
export function clientSide(heard: readonly Heard[], recording: Recording, { upstream, spec, out }: ProxyOptions): Side {
  const begun = performance.now();
  const parts = doingsOf(heard, spec).map(
    ({ title, testCase, observation, facts }, at): JudgedPart => ({
      title,
      outcomes: clientSuite.judge(testCase, observation, facts),
      store: storing(out, `client-${at + 1}`, {
        [CASE]: testCase,
        [OBSERVATION]: observation,
        [FACTS]: { format: CLIENT_FACTS.name, options: {}, facts },
      }),
    }),
  );
  return {
    name: `clients of ${upstream.host}`,
    who: "the client",
    version: clientsIn(heard),
    release: spec,
    exchanges: heard.length,
    parts,
    incomplete: unheard(recording),
    durationMs: performance.now() - begun,
  };
}

/** The registry, judged by all that went by. */
export function registrySide(heard: readonly Heard[], recording: Recording, { upstream, spec, out }: ProxyOptions): Side {
  const begun = performance.now();
  const observation = registryObservation(heard);
  const facts = registryFacts(spec);
  const part: JudgedPart = {
    title: REGISTRY_CASE.title,
    outcomes: registrySuite.judge(REGISTRY_CASE, observation, facts),
    store: storing(out, "registry", {
      [CASE]: REGISTRY_CASE,
      [OBSERVATION]: observation,
      [FACTS]: { format: REGISTRY_FACTS.name, options: {}, facts },
    }),
  };
  return {
    name: upstream.origin,
    who: "the registry",
    version: "",
    release: spec,
    exchanges: heard.length,
    parts: [part],
    incomplete: unheard(recording),
    durationMs: performance.now() - begun,
  };
}
