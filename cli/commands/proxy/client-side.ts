import type { ClientCase } from "../../../runners/client/case.js";
import type { ClientFacts } from "../../../runners/client/facts.js";
import type { ClientObservation } from "../../../runners/client/observation.js";
import { contentsOf, type Heard, placesBy } from "./recording.js";

/** What one client did with one repository. */
export interface Doing {
  /** In words. */
  readonly title: string;
  readonly testCase: ClientCase;
  readonly observation: ClientObservation;
  readonly facts: ClientFacts;
}

const CASE: Omit<ClientCase, "title"> = {
  format: "oci-conform/client-case@1",
  aims: [],
  verb: "any",
  contents: {},
  target: { repository: "any", reference: "any" },
};

const factsOf = (release: string, client: string): ClientFacts => ({
  release,
  tool: client,
  version: "",
  verbs: ["any"],
  keeps: "nothing",
  tls: false,
  credentials: false,
});

/** A request to what looks like an upload, though no answer that went by gave its place. */
const isStray = ({ route, name }: Heard): boolean => route.kind === "other" && name !== "";

/**
 * Without requests to uploads that may have begun before anybody listened. One that was assembled by the client takes the place of one that was
 * given: of that nothing more is seen.
 */
function withoutStrays(group: readonly Heard[], heard: readonly Heard[]): readonly Heard[] {
  const gone = new Set(group.flatMap(({ upload }) => (upload ? [heard[upload.start]] : [])));
  const unused = group.some((each) => each.route.kind === "uploads" && each.exchange.response?.status === 202 && !gone.has(each));
  return unused ? group : group.filter((each) => !isStray(each));
}

/** What went by, told apart by client, by the address that it named, and by repository, so that nothing of one is taken for another's. */
export function doingsOf(heard: readonly Heard[], release: string): readonly Doing[] {
  return [...placesBy(heard, ({ client, host, name }) => JSON.stringify([client, host, name])).values()].flatMap((places): Doing[] => {
    const group = withoutStrays(
      places.flatMap((at) => heard[at] ?? []),
      heard,
    );
    const [first] = group;
    if (!first) return [];
    const { client, host, name } = first;
    const title = name === "" ? `${client}, about no repository` : `${client}, about ${name}`;
    return [
      {
        title,
        testCase: { ...CASE, title },
        observation: {
          format: "oci-conform/client-observation@1",
          run: { steps: [], exchanges: group.map(({ exchange }) => exchange), written: {}, held: {} },
          contents: contentsOf(group),
          addresses: { registry: host },
        },
        facts: factsOf(release, client),
      },
    ];
  });
}
