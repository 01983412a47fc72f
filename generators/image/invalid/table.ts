import { ANNOTATION_FAULTS } from "./annotations.js";
import { ARTIFACT_FAULTS } from "./artifacts.js";
import { CONFIG_FAULTS } from "./config.js";
import { DESCRIPTOR_FAULTS } from "./descriptors.js";
import { DOCUMENT_FAULTS } from "./documents.js";
import type { Fault } from "./input.js";
import { LAYER_FAULTS } from "./layers.js";
import { LAYOUT_FAULTS } from "./layout.js";

/** Every fault: each breaks one statement about content, and nothing else that could be kept. */
export const FAULTS: readonly Fault[] = [
  ...DOCUMENT_FAULTS,
  ...DESCRIPTOR_FAULTS,
  ...ANNOTATION_FAULTS,
  ...ARTIFACT_FAULTS,
  ...CONFIG_FAULTS,
  ...LAYER_FAULTS,
  ...LAYOUT_FAULTS,
];

/** The fault of that name; undefined when there is none. */
export const faultNamed = (name: string): Fault | undefined => FAULTS.find((fault) => fault.name === name);
