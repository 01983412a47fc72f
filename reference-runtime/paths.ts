/* Paths as POSIX has them, for what has no Node around it: each is as in `node:path`. */

export const isAbsolute = (path: string): boolean => path.startsWith("/");

/** The last part, without slashes at the end. */
export const basename = (path: string): string => /([^/]*)\/*$/.exec(path)?.[1] ?? "";

/** Without `.`, empty parts, and those that a `..` after them takes back; a slash at the end stays. */
export function normalize(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (!isAbsolute(path)) parts.push(part);
  }
  const text = parts.join("/") + (path.endsWith("/") && parts.length > 0 ? "/" : "");
  if (isAbsolute(path)) return `/${text}`;
  return text || (path.endsWith("/") ? "./" : ".");
}

export const join = (...paths: readonly string[]): string => normalize(paths.filter(Boolean).join("/"));

/** A path as seen from an absolute directory, without a slash at the end. */
export function resolve(directory: string, path: string): string {
  const whole = normalize(isAbsolute(path) ? path : `${directory}/${path}`);
  return whole.length > 1 && whole.endsWith("/") ? whole.slice(0, -1) : whole;
}
