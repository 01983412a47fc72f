import { AROUND, PLATFORMS } from "./examples/around.js";
import { CONFIGS } from "./examples/configs.js";
import type { ToolExample } from "./examples/example.js";
import { FAULTY } from "./examples/faults.js";
import { LAYERS } from "./examples/layers.js";
import { USERS } from "./examples/users.js";

/** The written examples of everything that a tool can be seen to do. */
export const toolExamples = (): readonly ToolExample[] => [...LAYERS, ...AROUND, ...PLATFORMS, ...FAULTY, ...CONFIGS, ...USERS];
