import type { Problem } from "../../spec/validate.js";
import { type Content, isRequest, type Json, type RegistryCase, type Step } from "./case.js";
import type { RegistryObservation } from "./observation.js";

/** The texts within a JSON value, each with its pointer. */
export function textsIn(value: Json, path: string): readonly (readonly [path: string, text: string])[] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value !== "object" || value === null) return [];
  const entries: readonly (readonly [string | number, Json])[] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([key, each]) => textsIn(each, `${path}/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`));
}

/** Paths are the registry's own; a location may be one that it named. */
const TARGET = /^(?:\/|\{(?:location|link|moved):)/;

/** What of a content may name others. */
export const templatesOf = (content: Content): Json =>
  content.kind === "text" ? content.text : content.kind === "json" ? content.value : null;

/** Contents that a text names: `{sha256:NAME}` and the like. */
const namedIn = (text: string): readonly string[] =>
  [...text.matchAll(/\{(?:sha256|sha512|encoded|size|base64):([\w.-]+)\}/g)].map(([, name = ""]) => name);

/**
 * What the schema of a case does not say: requests go to the registry, a step or the `given` names a content of the case, and none of these
 * names itself, be it by way of others.
 */
export function problemsInCase({ contents, given, steps, clients = [], after = [] }: RegistryCase): readonly Problem[] {
  const missing = (path: string, name: string): readonly Problem[] =>
    Object.hasOwn(contents, name) ? [] : [{ path, message: `there is no content "${name}"` }];
  const inTexts = (value: Json, path: string): readonly Problem[] =>
    textsIn(value, path).flatMap(([place, text]) => namedIn(text).flatMap((name) => missing(place, name)));
  const inStep = (step: Step, path: string): readonly Problem[] =>
    isRequest(step)
      ? [
          ...(TARGET.test(step.target)
            ? inTexts(step.target, `${path}/target`)
            : [
                {
                  path: `${path}/target`,
                  message: 'must begin with "/", or with a location that an answer gave, such as {location:upload}',
                },
              ]),
          ...(step.query ?? []).flatMap(([, value], index) => [
            ...inTexts(value, `${path}/query/${index}/1`),
            ...(value.isWellFormed()
              ? []
              : [{ path: `${path}/query/${index}/1`, message: "is no text: half of a surrogate pair is in it" }]),
          ]),
          ...inTexts(step.headers ?? {}, `${path}/headers`),
          ...(step.body ? missing(`${path}/body/content`, step.body.content) : []),
        ]
      : [];
  const inSteps = (list: readonly Step[], path: string): readonly Problem[] =>
    list.flatMap((step, index) => inStep(step, `${path}/${index}`));
  return [
    ...Object.entries(contents).flatMap(([name, content]) => inTexts(templatesOf(content), `/contents/${name}`)),
    ...circles(contents),
    ...(given ? missing("/given/manifest", given.manifest) : []),
    ...(given?.blobs ?? []).flatMap((name, index) => missing(`/given/blobs/${index}`, name)),
    ...inSteps(steps, "/steps"),
    ...clients.flatMap((list, index) => inSteps(list, `/clients/${index}`)),
    ...inSteps(after, "/after"),
  ];
}

/** Contents that name themselves: they cannot be made. */
export function circles(contents: RegistryCase["contents"]): readonly Problem[] {
  const next = new Map(
    Object.entries(contents).map(([name, content]) => [name, textsIn(templatesOf(content), "").flatMap(([, text]) => namedIn(text))]),
  );
  const reaches = (from: string, seen: Set<string>): Set<string> => {
    for (const name of next.get(from) ?? []) {
      if (seen.has(name)) continue;
      seen.add(name);
      reaches(name, seen);
    }
    return seen;
  };
  return [...next.keys()]
    .filter((name) => reaches(name, new Set()).has(name))
    .map((name) => ({ path: `/contents/${name}`, message: `the content "${name}" names itself` }));
}

/** Why an observation is not one of a case, in words; undefined when it may be. */
export function whyNotOf(
  { steps, clients = [], after = [] }: RegistryCase,
  { exchanges, untaken, overheard }: RegistryObservation,
): string | undefined {
  // Others took their own steps.
  if (overheard) return undefined;
  const stranger = [...exchanges, ...untaken].find(({ phase, client, step }) => {
    const list = phase === "clients" ? clients[client] : phase === "steps" ? steps : after;
    return list?.[step] === undefined;
  });
  if (!stranger) return undefined;
  const { phase, client, step } = stranger;
  return `it has the step /${phase}${phase === "clients" ? `/${client}` : ""}/${step}, which the case has not`;
}
