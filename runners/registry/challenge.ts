/** A challenge of RFC 9110, section 11.6.1: the scheme in lower case and its parameters. */
export interface Challenge {
  readonly scheme: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Reads `WWW-Authenticate`; challenges without parameters are there too. */
export function challengesOf(value: string): readonly Challenge[] {
  const found: { scheme: string; parameters: Record<string, string> }[] = [];
  const part = /([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))|([A-Za-z][\w-]*)/g;
  for (const [, name, quoted, token, scheme] of value.matchAll(part)) {
    if (scheme !== undefined) found.push({ scheme: scheme.toLowerCase(), parameters: {} });
    else if (name !== undefined) {
      const last = found.at(-1);
      if (last) last.parameters[name.toLowerCase()] = quoted?.replace(/\\(.)/g, "$1") ?? token ?? "";
    }
  }
  return found;
}

/** What a request needs of a repository, as the docker token protocol words it. */
export type Need = "pull" | "push" | "delete";

/** What a request needs: nothing in particular outside of repositories. */
export interface Needs {
  readonly name: string;
  readonly need: Need;
  /** The repository that a blob is mounted from. */
  readonly from?: string;
}

/** What a request to a registry needs; undefined where it names no repository. */
export function needsOf({ method, url }: { readonly method: string; readonly url: string }): Needs | undefined {
  const name = /\/v2\/(.+?)\/(?:blobs|manifests|tags|referrers)\//.exec(url)?.[1];
  if (name === undefined) return undefined;
  const need = method === "GET" || method === "HEAD" ? "pull" : method === "DELETE" && !url.includes("/blobs/uploads/") ? "delete" : "push";
  const from = method === "POST" ? /[?&]from=([^&#]+)/.exec(url)?.[1] : undefined;
  return { name, need, ...(from === undefined ? {} : { from: decodeURIComponent(from) }) };
}

/** The scope of a repository, such as `repository:team/image:pull,push`. */
export const scopeOf = (name: string, actions: string): string => `repository:${name}:${actions}`;

/** The actions that a scope has for a repository; undefined for none. */
export function actionsIn(scope: string, name: string): string | undefined {
  for (const each of scope.split(" ")) {
    const match = /^repository(?:\([^)]*\))?:(.+):([^:]+)$/.exec(each);
    if (match?.[1] === name) return match[2];
  }
  return undefined;
}
