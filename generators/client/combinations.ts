/** Ways in which a registry answers, by what a client does and with what: what is covered in pairs. */
import fc, { type Arbitrary } from "fast-check";
import type { Behaviour } from "../../reference-registry/behaviours/behaviour.js";
import type { ClientCase, Verb } from "../../runners/client/case.js";
import type { ClientFacts } from "../../runners/client/facts.js";
import type { Content } from "../../runners/registry/case.js";
import { type Conflict, conflict, type Factor, type Level } from "../covering/factors.js";
import { MEDIA } from "../registry/steps.js";
import { caseOf } from "./cases.js";
import { artifact, image, index } from "./images.js";

type Contents = Readonly<Record<string, Content>>;

interface VerbLevel extends Level {
  readonly verb: Verb;
}

const VERBS: readonly Verb[] = ["pull", "push", "copy", "push-chunks", "push-single", "tags", "referrers", "attach", "delete"];

const verbsOf = ({ verbs, tool }: ClientFacts): readonly VerbLevel[] =>
  VERBS.map((verb) => ({ name: verb, verb, ...(verbs.includes(verb) ? {} : { excluded: `${tool} cannot do this: ${verb}` }) }));

const CONTENTS: readonly (Level & { readonly contents: Contents; readonly isIndex?: true })[] = [
  { name: "image", contents: image("m", 1) },
  { name: "index", contents: index("m", 1), isIndex: true },
  { name: "artifact with a subject", contents: { ...image("s", 2), ...artifact("m", "s") } },
  { name: "large layer", contents: image("m", 3, { size: 300_000 }) },
  { name: "blobs by sha512", contents: image("m", 4, { algorithm: "sha512" }) },
  { name: "annotations", contents: image("m", 5, { more: { annotations: { "org.example.a": "ä\\n\u202e" } } }) },
];

const header = (to: Behaviour["on"]["to"], name: string, value: string | null): Behaviour => ({
  on: { to },
  does: { kind: "header", name, value },
});
const reads = ["GET", "HEAD"];

/** What registries may do, and what they must not. No status that clients try again: they wait between. */
const BEHAVIOURS: readonly (Level & { readonly behaviours: readonly Behaviour[]; readonly ofIndex?: readonly Behaviour[] })[] = [
  { name: "nothing", behaviours: [] },
  { name: "warnings", behaviours: [header("any", "Warning", '299 - "soon"')] },
  {
    name: "parameters of types",
    behaviours: [header("manifest", "Content-Type", `${MEDIA.manifest}; charset=utf-8`)],
    // The type itself stays that of each manifest.
    ofIndex: ([{ by: "tag" }, { reference: "{sha256:m}" }] as const).map(
      (aim): Behaviour => ({
        on: { to: "manifest", ...aim },
        does: { kind: "header", name: "Content-Type", value: `${MEDIA.index}; charset=utf-8` },
      }),
    ),
  },
  { name: "no digests in headers", behaviours: [header("any", "Docker-Content-Digest", null)] },
  // Announced: whether a request comes before an end that nobody told of is a matter of luck.
  { name: "connections closed", behaviours: [header("any", "Connection", "close"), { on: { to: "any" }, does: { kind: "close" } }] },
  ...(["blob", "manifest"] as const).flatMap((to) => [
    {
      name: `${to}s redirected`,
      behaviours: [{ on: { to, methods: reads }, does: { kind: "redirect", to: "registry", status: 307, query: "direct=1" } }] as const,
    },
    {
      name: `${to}s redirected to another host`,
      behaviours: [{ on: { to, methods: reads }, does: { kind: "redirect", to: "other", status: 302 } }] as const,
    },
  ]),
  {
    name: "absolute Locations",
    behaviours: [{ on: { to: "any", methods: ["POST", "PATCH"] }, does: { kind: "location", form: "absolute" } }],
  },
  {
    name: "Locations with a query",
    behaviours: [{ on: { to: "any", methods: ["POST", "PATCH"] }, does: { kind: "location", query: "state=a%2Fb%3D%3D" } }],
  },
  { name: "uploads on another host", behaviours: [{ on: { to: "uploads" }, does: { kind: "location", host: "other" } }] },
  { name: "a bit of a blob flipped", behaviours: [{ on: { to: "blob", methods: ["GET"] }, does: { kind: "alter", how: "flip" } }] },
  { name: "blobs cut short", behaviours: [{ on: { to: "blob", methods: ["GET"] }, does: { kind: "alter", how: "cut" } }] },
  {
    name: "manifests by digest altered",
    behaviours: [{ on: { to: "manifest", methods: ["GET"], by: "digest" }, does: { kind: "alter", how: "extend" } }],
  },
  { name: "first blob broken off", behaviours: [{ on: { to: "blob", methods: ["GET"], nth: [1] }, does: { kind: "break", after: 20 } }] },
  { name: "slow bodies", behaviours: [{ on: { to: "any", methods: ["GET"] }, does: { kind: "slow", bytes: 10_000, ms: 5 } }] },
  {
    name: "busy for a while",
    behaviours: [{ on: { to: "any", nth: [2] }, does: { kind: "answer", status: 503, headers: { "Retry-After": "0" } } }],
  },
  {
    name: "first request refused for a while",
    behaviours: [{ on: { to: "any", nth: [1] }, does: { kind: "answer", status: 429, headers: { "Retry-After": "0" } } }],
  },
  { name: "manifests not found", behaviours: [{ on: { to: "manifest", methods: reads }, does: { kind: "answer", status: 404 } }] },
  {
    name: "no room",
    behaviours: (["uploads", "manifest"] as const).map((to) => ({
      on: { to, methods: ["POST", "PUT"] },
      does: { kind: "answer", status: 413 },
    })),
  },
  {
    name: "errors in HTML",
    behaviours: [
      {
        on: { to: "any" },
        does: { kind: "answer", status: 400, headers: { "Content-Type": "text/html" }, body: "<html>bad request</html>" },
      },
    ],
  },
];

const CHOICES: readonly Level[] = [
  "none",
  "no-referrers",
  "no-mounts",
  "no-single-post",
  "no-ranges",
  "pages-of-2",
  "errors-without-bodies",
  "lower-case-headers",
  "talkative-json",
  "compressed-answers",
  "moving-uploads",
  "strict-accept",
].map((name) => ({ name }));

const BASIC = 'Basic realm="here"';
const BEARER = 'Bearer realm="{realm}",service="here",scope="{scope}"';

const challenge = (
  accepts: "basic" | "bearer",
  challenges: readonly string[],
  more: { readonly tokenRequests?: number; readonly accessToken?: true } = {},
): Behaviour => ({
  on: { to: "any" },
  does: { kind: "auth", challenges, accepts, ...more },
});

const accessOf = ({
  credentials,
  tls,
  tool,
}: ClientFacts): readonly (Level & Pick<ClientCase, "tls" | "credentials"> & { readonly behaviours: readonly Behaviour[] })[] => {
  const noCredentials = credentials ? {} : { excluded: `${tool} cannot be given credentials here` };
  const noTls = tls ? {} : { excluded: `${tool} cannot be told whom to trust here` };
  return [
    { name: "open", behaviours: [] },
    { name: "Basic", behaviours: [challenge("basic", [BASIC])], credentials: ["registry"], ...noCredentials },
    { name: "Bearer", behaviours: [challenge("bearer", [BEARER])], credentials: ["registry"], ...noCredentials },
    {
      name: "unknown schemes first",
      behaviours: [challenge("bearer", ["Negotiate", 'Other realm="a, b=c"', BEARER])],
      credentials: ["registry"],
      ...noCredentials,
    },
    {
      name: "tokens that expire",
      behaviours: [challenge("bearer", [BEARER], { tokenRequests: 3, accessToken: true })],
      credentials: ["registry"],
      ...noCredentials,
    },
    { name: "TLS", behaviours: [], tls: true, ...noTls },
    {
      name: "TLS and Bearer",
      behaviours: [challenge("bearer", [BEARER])],
      credentials: ["registry"],
      tls: true,
      ...noTls,
      ...noCredentials,
    },
  ];
};

const REFERENCES: readonly (Level & { readonly reference: string })[] = [
  { name: "by tag", reference: "t" },
  { name: "by digest", reference: "{sha256:m}" },
];

/** The factors of a client's cases. */
export const factorsOf = (facts: ClientFacts): readonly Factor[] => [
  { name: "verb", levels: verbsOf(facts) },
  { name: "content", levels: CONTENTS },
  { name: "the registry does", levels: BEHAVIOURS },
  { name: "it chose", levels: CHOICES },
  { name: "access", levels: accessOf(facts) },
  { name: "asked for", levels: REFERENCES },
];

/** What cannot stand together. */
export const CONFLICTS: readonly Conflict[] = [
  conflict("the type is that of an image", ["the registry does", "parameters of types"], ["content", "index"]),
  conflict("tags are listed, and nothing is asked for", ["verb", "tags"], ["asked for", "by digest"]),
];

/** What a verb needs beside its target. */
function needsOf(verb: Verb): Pick<ClientCase, "local" | "holds" | "from" | "attachment" | "chunk"> & { readonly contents?: Contents } {
  const holds = [{ repository: "a", manifest: "m", tags: ["t"] }];
  switch (verb) {
    case "push":
    case "push-single":
      return { local: "m" };
    case "push-chunks":
      return { local: "m", chunk: 50_000 };
    case "copy":
      return { holds: [{ repository: "b", manifest: "m", tags: ["t"] }], from: { repository: "b", reference: "t" } };
    case "attach":
      return {
        holds,
        attachment: { artifactType: "application/vnd.example.sbom.v1", blob: "file" },
        contents: { file: { kind: "text", text: "a bill of materials" } },
      };
    default:
      return { holds };
  }
}

/** The case of a row of levels. @throws on a row of other factors */
export function combined(
  [verb = -1, content = -1, behaviour = -1, choice = -1, access = -1, reference = -1]: readonly number[],
  facts: ClientFacts,
): Arbitrary<ClientCase> {
  const [does, what, how, chosen, secured, asked] = [
    verbsOf(facts)[verb],
    CONTENTS[content],
    BEHAVIOURS[behaviour],
    CHOICES[choice],
    accessOf(facts)[access],
    REFERENCES[reference],
  ];
  if (!does || !what || !how || !chosen || !secured || !asked) throw new Error("a row of other factors");
  const { contents = {}, ...needs } = needsOf(does.verb);
  const behaviours = [...secured.behaviours, ...how.behaviours, ...((what.isIndex && how.ofIndex) || [])];
  return fc.constant(
    caseOf(
      `${does.name} of an ${what.name} ${asked.name}, ${secured.name}: the registry does ${how.name}, and chose ${chosen.name}`,
      does.verb,
      { ...what.contents, ...contents },
      { repository: "a", reference: does.verb === "tags" ? "" : asked.reference },
      {
        ...needs,
        ...(behaviours.length > 0 ? { behaviours } : {}),
        ...(chosen.name === "none" ? {} : { choices: [chosen.name] }),
        ...(secured.tls ? { tls: true } : {}),
        ...(secured.credentials ? { credentials: secured.credentials } : {}),
      },
    ),
  );
}
