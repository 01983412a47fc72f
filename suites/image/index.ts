import { annotations } from "./annotations.js";
import { config } from "./config.js";
import { considerations } from "./considerations.js";
import { descriptor } from "./descriptor.js";
import { index } from "./index-document.js";
import { layer } from "./layer.js";
import { layout } from "./layout.js";
import { manifest } from "./manifest.js";
import type { Section } from "./suite.js";

/** The documents of the image specification. A new one is a file and a line here. */
export const sections: readonly Section[] = [layout, descriptor, manifest, index, config, annotations, layer, considerations];

/** The ids that have a check, by the title of the section that has it. */
export const checked: ReadonlyMap<string, string> = new Map(
  sections.flatMap(({ title, ...checks }) => Object.values(checks).flatMap((list) => list.map(({ id }): [string, string] => [id, title]))),
);
