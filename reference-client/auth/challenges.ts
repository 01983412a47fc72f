import { split, unquoted } from "../http/lists.js";

/** A way in which a registry wants to be told who asks (RFC 9110, section 11). */
export interface Challenge {
  /** In lowercase. */
  readonly scheme: string;
  /** By names in lowercase. */
  readonly parameters: Readonly<Record<string, string>>;
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const PARAMETER = new RegExp(`^(${TOKEN})\\s*=\\s*("(?:[^"\\\\]|\\\\.)*"|${TOKEN}|[^\\s"=][^\\s"]*)$`, "s");
const BEGIN = new RegExp(`^(${TOKEN})(?:\\s+(.*))?$`, "s");

/**
 * All challenges of WWW-Authenticate, in their order. Commas part challenges and their parameters alike: an element that is a parameter belongs to
 * the challenge before, and any other one begins the next.
 */
export function challengesIn(header: string): readonly Challenge[] {
  const found: { scheme: string; parameters: Record<string, string> }[] = [];
  const add = (text: string): boolean => {
    const [, name, value = ""] = PARAMETER.exec(text) ?? [];
    const last = found.at(-1);
    if (name === undefined || last === undefined) return false;
    last.parameters[name.toLowerCase()] = unquoted(value);
    return true;
  };
  for (const element of split(header, ",")) {
    if (add(element)) continue;
    const [, scheme, first] = BEGIN.exec(element) ?? [];
    if (scheme === undefined) continue;
    found.push({ scheme: scheme.toLowerCase(), parameters: {} });
    if (first !== undefined) add(first);
  }
  return found;
}
