import { minimalCase } from "../../../generators/client/minimal.js";
import type { ClientCase, Verb } from "../../../runners/client/case.js";
import type { ClientFacts } from "../../../runners/client/facts.js";
import { stepInWords, VERB_IN_WORDS } from "../../../runners/client/in-words.js";
import { type ClientObservation, headerOf } from "../../../runners/client/observation.js";
import type { ClientTool } from "../../../runners/client/tools/tool.js";
import { Inconclusive } from "../../../spec/errors.js";
import { type Ending, endingOf } from "../../../suites/client/view.js";
import type { Plays } from "./players.js";

/** Verbs by which a client is tried, the first that it has: what most of what is tested needs. */
const FIRST: readonly Verb[] = ["pull", "push", "push-single", "push-chunks", "copy", "tags", "referrers", "attach", "delete"];

/** Whether something of a verb was seen at the registry: an exit status alone is no evidence. */
function wasSeen({ verb, target }: ClientCase, { run: { exchanges, held }, contents }: ClientObservation): boolean {
  const asked = (method: string, path: RegExp): boolean =>
    exchanges.some(
      ({ request, response }) => request.method === method && path.test(request.target) && response !== null && response.status < 300,
    );
  const repository = held.registry?.[`oci-conform/${target.repository}`];
  switch (verb) {
    case "pull":
      return asked("GET", /\/manifests\//);
    case "tags":
      return asked("GET", /\/tags\/list/);
    case "referrers":
      return asked("GET", /\/referrers\/|\/manifests\/sha256-/);
    case "attach":
      return (repository?.manifests.length ?? 0) > 1;
    case "delete":
      return !repository?.manifests.includes(contents.m?.sha256 ?? "");
    default:
      return repository?.tags[target.reference] !== undefined;
  }
}

const CAME: Readonly<Record<Ending, string>> = {
  done: "it exits with 0, and nothing of it shows at the registry",
  failed: "it fails",
  crashed: "it is ended by a signal, or panics",
  hung: "it does not end in time",
  unknown: "nothing was run",
};

const WANTED: Readonly<Partial<Record<Verb, string>>> = {
  pull: "a request for its manifest that is answered",
  tags: "a request for the list that is answered",
  referrers: "a request for the list that is answered",
  attach: "another manifest",
  delete: "the manifest gone",
};

/** What may help, by how it ended and what it said. */
function help({ commands }: ClientTool, how: Ending, said: string): string {
  if (how === "hung") return "a longer --timeout may help";
  if (/out of memory|cannot allocate|mmap/i.test(said) || /: ended by signal/.test(said)) return "a larger --memory may help";
  if (/certificate|x509|tls|https/i.test(said))
    return "does its command say whether the registry speaks plain HTTP, as {scheme} and {verify} say?";
  if (/no such host|name resolution|network is unreachable|connection refused|ENOTFOUND|ECONNREFUSED/i.test(said))
    return "it runs in a network of its own, where nobody is but the registry at {ref}";
  if (commands === undefined) return "does it work here at all?";
  if (/not found|no such file|no module|cannot find|permission denied/i.test(said))
    return "of homes and temporary directories it sees nothing but the files that its command names";
  return "try the command by hand, where nobody is logged in anywhere";
}

/** Why a client cannot be tested that cannot do the least: what was expected, what came in its own words, and what may help. */
function untestable(tool: ClientTool, verb: Verb, { run }: ClientObservation): string {
  const how = endingOf(run);
  const last = run.steps.at(-1);
  const said = last ? stepInWords(last) : "";
  const seen = run.exchanges.length === 0 ? "; the registry was asked for nothing" : "";
  return `${tool.name} cannot ${VERB_IN_WORDS[verb]} of one layer with one file: expected exit status 0, and ${WANTED[verb] ?? "the image at the registry"}; ${CAME[how]}${seen}; ${help(tool, how, said)}${said === "" ? "" : `\n${said}`}`;
}

/** What of an image can be found among the files that a client made. */
function keptBy({ run: { written }, contents }: ClientObservation): ClientFacts["keeps"] {
  const digests = new Set(Object.values(written).map(({ sha256 }) => sha256));
  const has = (name: string): boolean => digests.has(contents[name]?.sha256 ?? "");
  if (!has("m")) return "nothing";
  return has("m-layer") ? "blobs" : "manifests";
}

/** Whether a case goes well. */
const goesWell = async (players: Plays, testCase: ClientCase): Promise<boolean> => {
  const observation = await players.play(testCase);
  return endingOf(observation.run) === "done" && wasSeen(testCase, observation);
};

/** Whether a client sends the credentials that it was given: by either way of asking for them. */
async function takesCredentials(players: Plays, verb: Verb): Promise<boolean> {
  for (const [accepts, challenge] of [
    ["basic", 'Basic realm="oci-conform"'],
    ["bearer", 'Bearer realm="{realm}",service="oci-conform",scope="{scope}"'],
  ] as const) {
    const testCase: ClientCase = {
      ...minimalCase(verb),
      title: `the registry asks for credentials: ${accepts}`,
      credentials: ["registry"],
      behaviours: [{ on: { to: "any" }, does: { kind: "auth", challenges: [challenge], accepts } }],
    };
    const { run } = await players.play(testCase);
    const sent = run.exchanges.some(({ request }) => headerOf(request, "authorization") !== undefined);
    if (endingOf(run) === "done" && sent) return true;
  }
  return false;
}

/** What a client keeps, and what it can be told. */
export type Found = Pick<ClientFacts, "keeps" | "tls" | "credentials" | "proxy">;

/**
 * Has a client do the least that it can be asked to, and finds out what nobody knows of one that is only known by its commands.
 * @throws Inconclusive where it cannot do that
 */
export async function preflight(tool: ClientTool, players: Plays): Promise<Found> {
  const verb = FIRST.find((each) => tool.verbs[each] !== undefined);
  if (!verb) throw new TypeError(`${tool.name} has no verb`);
  const testCase = minimalCase(verb);
  const observation = await players.play(testCase);
  if (endingOf(observation.run) !== "done" || !wasSeen(testCase, observation)) throw new Inconclusive(untestable(tool, verb, observation));
  const proxy = tool.proxy ? { proxy: true as const } : {};
  if (tool.commands === undefined) return { keeps: tool.keeps, tls: tool.tls, credentials: tool.credentials, ...proxy };
  return {
    ...proxy,
    keeps: verb === "pull" ? keptBy(observation) : "nothing",
    tls: await goesWell(players, { ...testCase, title: "by TLS", tls: true }),
    credentials: await takesCredentials(players, verb),
  };
}
