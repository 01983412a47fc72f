import type { Unread } from "../../../image-reader/layout.js";
import { annotations } from "./annotations.js";
import { config } from "./config.js";
import { considerations } from "./considerations.js";
import { descriptor } from "./descriptor.js";
import { index } from "./index-document.js";
import { layer } from "./layer.js";
import { layout } from "./layout.js";
import { manifest } from "./manifest.js";
import type { Section, ViewKind } from "./suite.js";

/** The documents of the image specification. A new one is a file and a line here. */
export const sections: readonly Section[] = [layout, descriptor, manifest, index, config, annotations, layer, considerations];

/** The ids that have a check, by the title of the section that has it. */
export const checked: ReadonlyMap<string, string> = new Map(
  sections.flatMap(({ title, ...checks }) => Object.values(checks).flatMap((list) => list.map(({ id }): [string, string] => [id, title]))),
);

/** What is looked at by checks that could say otherwise, had such a part been read to its end; everything for a document. */
const TOUCHED: Readonly<Record<Unread["part"], readonly ViewKind[] | undefined>> = {
  digest: ["blob"],
  layer: ["entry", "archive", "image", "descriptor", "blob"],
  document: undefined,
};

/** Whether a requirement could be judged otherwise if a part that was not read had been. */
export const isTouched = (id: string, { part }: Unread): boolean =>
  sections.some(({ title: _, ...checks }) =>
    Object.entries(checks).some(
      ([kind, list]) => list.some((check) => check.id === id) && (TOUCHED[part]?.some((each) => each === kind) ?? true),
    ),
  );
