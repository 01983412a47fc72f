import { posix } from "node:path";
import { FIXTURES } from "../../../runners/runtime/case.js";

/** A path whose last part has a dot (`data.txt`) names a file; any other names a directory. */
export const isFilePath = (path: string): boolean => posix.basename(path).includes(".");

/** A path below FIXTURES as fixtures write it, or undefined for another. */
export const fixturePath = (path: string | undefined): string | undefined =>
  path?.startsWith(`${FIXTURES}/`) ? path.slice(FIXTURES.length + 1) : undefined;

/** As the container takes it: a relative destination starts at the root. */
export const absolute = (path: string): string => posix.join("/", path);

/** Whether a path is the directory or lies in it. */
export const isBelow = (path: string, directory: string): boolean =>
  path === directory || path.startsWith(directory.endsWith("/") ? directory : `${directory}/`);

/** Every directory on the way to a path, and the path itself, without the leading slash. */
export const ancestors = (path: string): string[] => {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  return parts.map((_, at) => parts.slice(0, at + 1).join("/"));
};
