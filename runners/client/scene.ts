import type { Behaviour } from "../../reference-registry/behaviours/behaviour.js";
import type { Play, PlayedContent, PlayedRepository } from "../../reference-registry/stage/play.js";
import { CaseError } from "../../spec/errors.js";
import type { ContentFacts } from "../registry/observation.js";
import type { ClientCase, Place } from "./case.js";
import { algorithmsOf, closureOf, localAlgorithm } from "./contents.js";
import { type Credentials, credentialsOf, dockerConfig } from "./credentials.js";
import { type Addresses, type FilledCase, filledCase, repositoryName } from "./fill.js";
import { LAYOUT_TAG } from "./layout.js";

/** The words of a tool's lines that are no paths (`ClientTool`). */
export interface Words {
  readonly REF: string;
  readonly REPO: string;
  readonly FROM: string;
  readonly TAG: string;
  readonly TYPE: string;
  readonly FILTER: string;
  readonly CHUNK: string;
  readonly SCHEME: string;
  readonly VERIFY: string;
  readonly PROXY: string;
  readonly USERNAME: string;
  readonly PASSWORD: string;
}

/** All that a case is made of when nothing is left to be filled in. */
export interface Scene {
  readonly case: ClientCase;
  readonly play: Play;
  readonly facts: Readonly<Record<string, ContentFacts>>;
  readonly words: Words;
  /** What the client has locally; the last one is the manifest. */
  readonly local: readonly PlayedContent[] | undefined;
  /** What is attached. */
  readonly file: Buffer | undefined;
  /** Lines KEY=VALUE. */
  readonly annotations: string;
  /** Docker's config.json; undefined when the client has no credentials. */
  readonly config: string | undefined;
}

/** How a client names a place: by a tag, or by a digest. */
function referenceTo({ host = "registry", repository, reference }: Place, addresses: Addresses): string {
  const named = `${addresses[host]}/${repositoryName(repository)}`;
  return reference === "" ? named : `${named}${reference.includes(":") ? "@" : ":"}${reference}`;
}

/** What the hosts hold before: in the order of the case, and each repository once. */
function heldBefore(filled: FilledCase): readonly PlayedRepository[] {
  const repositories = new Map<string, { readonly host: PlayedRepository["host"]; readonly name: string; contents: PlayedContent[] }>();
  for (const { host = "registry", repository, manifest, tags = [] } of filled.case.holds ?? []) {
    const key = `${host} ${repository}`;
    const into = repositories.get(key) ?? { host, name: repositoryName(repository), contents: [] };
    repositories.set(key, into);
    const { sha256 } = filled.contents.get(manifest);
    for (const algorithm of algorithmsOf(filled, manifest))
      for (const each of closureOf(filled, manifest, algorithm)) {
        const at = into.contents.findIndex(({ digest }) => digest === each.digest);
        const before = into.contents[at];
        const more = { ...before, ...each, ...(each.digest === sha256 ? { tags: [...(before?.tags ?? []), ...tags] } : {}) };
        if (before) into.contents[at] = more;
        else into.contents.push(more);
      }
  }
  return [...repositories.values()];
}

/** A behaviour with the name of its repository as it is on the wire. */
const onWire = ({ on, does }: Behaviour): Behaviour => ({
  on,
  does: does.kind === "meanwhile" ? { ...does, repository: repositoryName(does.repository) } : does,
});

const PUSHES: readonly ClientCase["verb"][] = ["push", "push-chunks", "push-single"];

/** Why a case cannot be carried out, whatever the client. @throws CaseError */
function assertWhole({ verb, local, from, attachment }: ClientCase): void {
  if (verb === "any") throw new CaseError("a case of traffic that was listened to cannot be carried out");
  if (PUSHES.includes(verb) && local === undefined) throw new CaseError(`${verb}: the case has nothing to push (local)`);
  if (verb === "copy" && !from) throw new CaseError("copy: the case does not say where from");
  if (verb === "attach" && !attachment) throw new CaseError("attach: the case has no attachment");
}

/** @throws CaseError where the case asks for what cannot be */
export function sceneOf(testCase: ClientCase, addresses: Addresses, credentials: Credentials): Scene {
  assertWhole(testCase);
  const filled = filledCase(testCase, addresses);
  const { target, from, local, attachment, chunk, tls, ...given } = filled.case;
  const known = credentialsOf(credentials, given.credentials);
  const { user = "", password = "" } = known[target.host ?? "registry"] ?? {};
  return {
    case: filled.case,
    play: {
      holds: heldBefore(filled),
      choices: given.choices ?? [],
      behaviours: (given.behaviours ?? []).map(onWire),
      credentials: known,
    },
    facts: filled.contents.facts(),
    words: {
      REF: referenceTo(target, addresses),
      REPO: referenceTo({ ...target, reference: "" }, addresses),
      FROM: from ? referenceTo(from, addresses) : "",
      TAG: LAYOUT_TAG,
      TYPE: attachment?.artifactType ?? "",
      FILTER: given.filter ?? "",
      CHUNK: chunk === undefined ? "" : String(chunk),
      SCHEME: tls ? "https" : "http",
      VERIFY: String(tls === true),
      PROXY: given.proxy === undefined ? "" : addresses[given.proxy],
      USERNAME: user,
      PASSWORD: password,
    },
    local: local === undefined ? undefined : closureOf(filled, local, localAlgorithm(filled, local)),
    file: attachment && filled.contents.get(attachment.blob).bytes,
    annotations: Object.entries(attachment?.annotations ?? {})
      .map(([key, value]) => `${key}=${value}\n`)
      .join(""),
    config: given.credentials === undefined || given.credentials.length === 0 ? undefined : dockerConfig(known, addresses),
  };
}
