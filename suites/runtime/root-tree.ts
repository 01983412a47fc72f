import { RootTree } from "../../generators/runtime/filesystem/in-root.js";
import type { ContainerCase } from "../../runners/runtime/case.js";
import { oncePerView } from "./suite.js";

/** What lies at each path of a container's root file system before a runtime has touched it. */
export const rootTreeOf = oncePerView((container: ContainerCase) => new RootTree(container));
