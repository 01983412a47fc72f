import { type Behaviour, type Deed, HOSTS } from "../../reference-registry/behaviours/behaviour.js";
import { CHOICES } from "../../reference-registry/choices.js";
import { isName } from "../../spec/distribution/grammar.js";
import type { Problem } from "../../spec/validate.js";
import type { Json } from "../registry/case.js";
import { circles, templatesOf, textsIn } from "../registry/references.js";
import type { ClientCase, Place } from "./case.js";
import type { ClientObservation } from "./observation.js";

const TAG = /^\w[\w.-]{0,127}$/;
/** A tag, a digest, or a template of one; what is odd in it may be what the case is about, but it has to be a word. */
const REFERENCE = /^[^\s\p{Cc}/?#@]+$/u;
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;
/** What Node puts into a header; line breaks would be other headers. */
const FIELD = /^[\t\x20-\x7e\x80-\xff]*$/;
const LINE = /^[^\p{Cc}]*$/u;

const TEMPLATE = /\{(sha256|sha512|encoded|size|text|base64):([\w.-]+)\}/g;
const HOST = /\{(?:host|url):(\w+)\}/g;

/** A place of a case, what must be so there, and how it is said. */
type Rule = readonly [path: string, good: boolean, message: string];

const broken = (rules: readonly Rule[]): readonly Problem[] => rules.flatMap(([path, good, message]) => (good ? [] : [{ path, message }]));

const isLength = (length: number): boolean => Number.isSafeInteger(length) && length >= 0;
const isStatus = (status: number): boolean => Number.isInteger(status) && status >= 200 && status <= 599;

const statusRule = (path: string, status: number): Rule => [`${path}/status`, isStatus(status), "must be a status from 200 to 599"];
const fieldRules = (path: string, name: string, values: readonly string[]): readonly Rule[] => [
  [path, TOKEN.test(name), "must have names of headers"],
  [path, values.every((value) => FIELD.test(value)), "must have values of headers, without line breaks"],
];

/** What is wrong with a deed, apart from its templates. */
function rulesOfDeed(does: Deed, path: string): readonly Rule[] {
  switch (does.kind) {
    case "header":
      return fieldRules(path, does.name, does.value === null ? [] : [does.value].flat());
    case "status":
      return [statusRule(path, does.status)];
    case "answer":
      return [
        statusRule(path, does.status),
        ...Object.entries(does.headers ?? {}).flatMap(([name, value]) => fieldRules(`${path}/headers`, name, [value])),
      ];
    case "break":
    case "stall":
      return [[`${path}/after`, does.after === "request" || isLength(does.after), 'must be a number of bytes, or "request"']];
    case "slow":
      return [
        [`${path}/bytes`, isLength(does.bytes) && does.bytes > 0, "must be a number of bytes from 1 up"],
        [`${path}/ms`, isLength(does.ms) && does.ms <= 10_000, "must be milliseconds, at most 10000"],
      ];
    case "redirect":
      return [
        [`${path}/status`, Number.isInteger(does.status) && does.status >= 300 && does.status <= 399, "must be a status from 300 to 399"],
        [`${path}/query`, does.query === undefined || REFERENCE.test(does.query), "must be a query, without the question mark"],
      ];
    case "location":
      return [[`${path}/query`, does.query === undefined || REFERENCE.test(does.query), "must be a query, without the question mark"]];
    case "auth":
      return [...does.challenges.flatMap((challenge) => fieldRules(`${path}/challenges`, "www-authenticate", [challenge]))];
    case "meanwhile":
      return [
        [`${path}/repository`, isName(`oci-conform/${does.repository}`), "must be a short name, such as a"],
        [`${path}/tag`, TAG.test(does.tag), "must be a tag"],
        ...fieldRules(`${path}/mediaType`, "content-type", [does.mediaType]),
      ];
    default:
      return [];
  }
}

const rulesOfBehaviour = ({ on, does }: Behaviour, path: string): readonly Rule[] => [
  [`${path}/on/methods`, (on.methods ?? []).every((method) => TOKEN.test(method)), "must have methods"],
  [`${path}/on/nth`, (on.nth ?? []).every((nth) => Number.isSafeInteger(nth) && nth > 0), "must have numbers from 1 up"],
  ...rulesOfDeed(does, `${path}/does`),
];

const rulesOfPlace = ({ repository, reference }: Place, path: string): readonly Rule[] => [
  [`${path}/repository`, isName(`oci-conform/${repository}`), "must be a short name, such as a"],
  [`${path}/reference`, REFERENCE.test(reference), "must be a tag or a digest"],
];

/** What each verb cannot do without. */
const NEEDS: Readonly<Partial<Record<ClientCase["verb"], keyof ClientCase>>> = {
  push: "local",
  "push-chunks": "local",
  "push-single": "local",
  copy: "from",
  attach: "attachment",
};

/** What is wrong with a case apart from what its texts name. */
function rulesOfCase(testCase: ClientCase): readonly Rule[] {
  const { verb, holds = [], target, from, attachment, filter, chunk, choices = [], behaviours = [] } = testCase;
  const need = NEEDS[verb];
  return [
    [`/${need}`, need === undefined || testCase[need] !== undefined, `is missing: ${verb} takes one`],
    ["/chunk", chunk === undefined || chunk > 0, "must be a size from 1 up"],
    // Of a list of tags nothing but the repository counts.
    ...rulesOfPlace(verb === "tags" && target.reference === "" ? { ...target, reference: "t" } : target, "/target"),
    ...(from ? rulesOfPlace(from, "/from") : []),
    ...holds.flatMap(({ repository, tags = [] }, at): readonly Rule[] => [
      [`/holds/${at}/repository`, isName(`oci-conform/${repository}`), "must be a short name, such as a"],
      [`/holds/${at}/tags`, tags.every((tag) => TAG.test(tag)), "must have tags"],
    ]),
    ...(attachment ? fieldRules("/attachment/artifactType", "content-type", [attachment.artifactType]) : []),
    ["/filter", filter === undefined || (filter !== "" && LINE.test(filter)), "must be a type"],
    ...Object.entries(attachment?.annotations ?? {}).map(
      ([key, value]): Rule => [
        "/attachment/annotations",
        LINE.test(key) && key !== "" && !key.includes("=") && LINE.test(value),
        "must be lines KEY=VALUE",
      ],
    ),
    ...choices.map(
      (choice, at): Rule => [`/choices/${at}`, CHOICES.some(({ name }) => name === choice), "is no choice of the bundled registry"],
    ),
    ...behaviours.flatMap((behaviour, at) => rulesOfBehaviour(behaviour, `/behaviours/${at}`)),
  ];
}

/**
 * What the schema of a case does not say: what it names is there (contents, hosts, choices), the verb has what it takes, contents do not name
 * themselves, and what goes into a command line or into a header can stand there.
 */
export function problemsInCase(testCase: ClientCase): readonly Problem[] {
  const { contents, holds = [], local, target, from, attachment, behaviours = [] } = testCase;
  const content = (path: string, name: string | undefined): readonly Problem[] =>
    name === undefined || Object.hasOwn(contents, name) ? [] : [{ path, message: `there is no content "${name}"` }];
  const host = (path: string, name: string): readonly Problem[] =>
    HOSTS.some((each) => each === name) ? [] : [{ path, message: `there is no host "${name}"` }];
  const inTexts = (value: Json, path: string): readonly Problem[] =>
    textsIn(value, path).flatMap(([place, text]) => [
      ...[...text.matchAll(TEMPLATE)].flatMap(([, , name]) => content(place, name)),
      ...[...text.matchAll(HOST)].flatMap(([, name = ""]) => host(place, name)),
      ...(text.isWellFormed() ? [] : [{ path: place, message: "is no text: half of a surrogate pair is in it" }]),
    ]);
  return [
    ...Object.entries(contents).flatMap(([name, each]) => inTexts(templatesOf(each), `/contents/${name}`)),
    ...circles(contents),
    ...holds.flatMap(({ manifest }, at) => content(`/holds/${at}/manifest`, manifest)),
    ...content("/local", local),
    ...content("/attachment/blob", attachment?.blob),
    ...inTexts(target.reference, "/target/reference"),
    ...inTexts(from?.reference ?? null, "/from/reference"),
    ...inTexts(Object.values(attachment?.annotations ?? {}), "/attachment/annotations"),
    ...behaviours.flatMap(({ on, does }, at) => [
      ...inTexts({ ...(on.reference === undefined ? {} : { reference: on.reference }) }, `/behaviours/${at}/on`),
      ...inTexts(JSON.parse(JSON.stringify(does)), `/behaviours/${at}/does`),
    ]),
    ...broken(rulesOfCase(testCase)),
  ];
}

/** Why an observation is not one of a case, in words; undefined when it may be. */
export function whyNotOf({ behaviours = [] }: ClientCase, { run }: ClientObservation): string | undefined {
  const stranger = run.exchanges.flatMap((exchange) => exchange.behaviours).find((index) => index >= behaviours.length);
  return stranger === undefined ? undefined : `it has the behaviour /behaviours/${stranger}, which the case has not`;
}
