import { FAULTS as IMAGE_FAULTS } from "../../../generators/image/invalid/table.js";
import { FAULTS as CLIENT_FAULTS } from "../../../reference-client/faults/index.js";
import { FAULTS as REGISTRY_FAULTS } from "../../../reference-registry/faults/index.js";
import { FAULTS as RUNTIME_FAULTS } from "../../../reference-runtime/faults/index.js";
import * as client from "../../../suites/client/index.js";
import { checked as imageChecks } from "../../../suites/image/content/index.js";
import { toolExamples } from "../../../suites/image/tool/examples.js";
import { toolChecks } from "../../../suites/image/tool/judge.js";
import * as registry from "../../../suites/registry/index.js";
import * as runtime from "../../../suites/runtime/index.js";

/** One way in which a requirement is tested. */
export interface Way {
  /** In words, without a full stop. */
  readonly how: string;
  /** The command that tests it alone; its capitals are the reader's to fill in. */
  readonly command: string;
}

/** Faults that break a requirement on purpose, so that the suite can be seen to notice. */
export interface SeededFaults {
  /** Whose they are, in words. */
  readonly of: string;
  /** Each by its name, and what it does where the name does not say it. */
  readonly faults: readonly { readonly name: string; readonly how?: string }[];
  /** The commands of a checkout that show that they are noticed. */
  readonly commands: readonly string[];
}

const count = (of: readonly { readonly aims: readonly string[] }[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const { aims } of of) for (const id of aims) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
};

const aimed = count([...runtime.examples, ...registry.examples, ...client.examples]);
const aimedAtTools = count(toolExamples());
const driven = new Set(toolChecks.map(({ id }) => id));

const titles = (sections: readonly { readonly title: string; readonly checks: readonly { readonly id: string }[] }[]) =>
  new Map(sections.flatMap(({ title, checks }) => checks.map(({ id }): [string, string] => [id, title])));
const runtimeTitles = titles(runtime.sections);
const registryTitles = titles(registry.sections);
const clientTitles = titles(client.sections);

const examplesInWords = (number = 0): string => `${number} ${number === 1 ? "example is" : "examples are"} aimed at it`;
const oneCheck = (title: string, id: string): string =>
  `one check (section "${title}") judges every case that exercises it; ${examplesInWords(aimed.get(id))}`;

/** How a requirement is tested; empty when nothing does. */
export function waysOf(id: string): readonly Way[] {
  const inRuntimes = runtimeTitles.get(id);
  const inRegistries = registryTitles.get(id);
  const inClients = clientTitles.get(id);
  const inLayouts = imageChecks.get(id);
  return [
    ...(inRuntimes === undefined ? [] : [{ how: oneCheck(inRuntimes, id), command: `oci-conform runtime --bin RUNTIME --only ${id}` }]),
    ...(inRegistries === undefined ? [] : [{ how: oneCheck(inRegistries, id), command: `oci-conform registry --url URL --only ${id}` }]),
    ...(inClients === undefined ? [] : [{ how: oneCheck(inClients, id), command: `oci-conform client --tool TOOL --only ${id}` }]),
    ...(inLayouts === undefined
      ? []
      : [{ how: `by reading an image (section "${inLayouts}")`, command: `oci-conform image LAYOUT --only ${id}` }]),
    ...(driven.has(id)
      ? [
          {
            how: `by driving a tool with generated images; ${examplesInWords(aimedAtTools.get(id))}`,
            command: `oci-conform image --tool TOOL --only ${id}`,
          },
        ]
      : []),
  ];
}

/** The faults of the bundled runtime, the bundled registry, the bundled client and generated images that break a requirement; undefined when none does. */
export function faultsOf(id: string): SeededFaults | undefined {
  const inRuntime = RUNTIME_FAULTS.filter(({ requirement }) => requirement === id).map(({ name }) => ({ name }));
  const inRegistry = REGISTRY_FAULTS.filter(({ requirement }) => requirement === id).map(({ name }) => ({ name }));
  const inClient = CLIENT_FAULTS.filter(({ requirement }) => requirement === id).map(({ name }) => ({ name }));
  const inImages = IMAGE_FAULTS.filter(({ requirement }) => requirement === id).map(({ name, how }) => ({ name, how }));
  const names = (faults: readonly { readonly name: string }[]): string => faults.map(({ name }) => name).join(" ");
  if (inRuntime.length > 0) return { of: "the bundled runtime", faults: inRuntime, commands: [`npm run selftest -- ${names(inRuntime)}`] };
  if (inRegistry.length > 0)
    return { of: "the bundled registry", faults: inRegistry, commands: [`npm run selftest:registry -- ${names(inRegistry)}`] };
  if (inClient.length > 0)
    return {
      of: "the bundled client",
      faults: inClient,
      commands: inClient.map(({ name }) => `node build/cli/main.js client --bundled-arg=--fault=${name} --only ${id} --level should`),
    };
  if (inImages.length > 0)
    return { of: "generated images", faults: inImages, commands: inImages.map(({ name }) => `npm run selftest:image -- --fault ${name}`) };
  return undefined;
}

/** Whether some check judges the requirement. */
export const isChecked = (id: string): boolean =>
  [runtimeTitles, registryTitles, clientTitles, imageChecks, driven].some((checked) => checked.has(id));
