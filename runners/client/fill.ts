import { HOSTS, type Host } from "../../reference-registry/behaviours/behaviour.js";
import { CaseError } from "../../spec/errors.js";
import type { Content } from "../registry/case.js";
import { ContentError, Contents, saltOf } from "../registry/contents.js";
import type { ClientCase } from "./case.js";

/** Where hosts are: `127.0.0.1:5000`. */
export type Addresses = Readonly<Record<Host, string>>;

/** A case in which nothing is left to be filled in, but for `{realm}` and `{scope}`; and its contents. */
export interface FilledCase {
  readonly case: ClientCase;
  readonly contents: Contents;
}

const isHost = (text: string): text is Host => (HOSTS as readonly string[]).includes(text);

/** JSON with each of its texts changed. */
function mapTexts<T>(value: T, change: (text: string) => string): T;
function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((each: unknown) => mapTexts(each, change));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mapTexts(each, change)]));
  return value;
}

/** The name of a repository on the wire. */
export const repositoryName = (short: string): string => `oci-conform/${short}`;

/** The scheme by which a host is spoken to. */
const schemeOf = (host: Host, tls: boolean): string => (tls && host !== "plain" ? "https" : "http");

/**
 * Fills in the templates of a case (`ClientCase`). Contents are the same for the same case: nothing in them is random but by its seed.
 * @throws CaseError where it names a content or a host that there is not
 */
export function filledCase(testCase: ClientCase, addresses: Addresses): FilledCase {
  const tls = testCase.tls === true;
  const hosts = (text: string): string =>
    text.replace(/\{(host|url):([\w.-]+)\}/g, (_, kind: string, name: string) => {
      if (!isHost(name)) throw new CaseError(`there is no host ${name}; there are ${HOSTS.join(", ")}`);
      return kind === "host" ? addresses[name] : `${schemeOf(name, tls)}://${addresses[name]}`;
    });
  const { contents: recipes, ...rest } = testCase;
  const contents = new Contents(
    mapTexts<Readonly<Record<string, Content>>>(recipes, hosts),
    repositoryName,
    saltOf(JSON.stringify(recipes)),
  );
  const fill = (text: string): string =>
    hosts(
      contents.fill(text).replace(/\{text:([\w.-]+)\}/g, (_, name: string) => {
        const { text } = contents.get(name);
        if (text === undefined) throw new CaseError(`the content ${name} is no text`);
        return text;
      }),
    );
  try {
    // Each is made, whoever names it: so the facts are those of all.
    for (const name of Object.keys(recipes)) contents.get(name);
    return { case: { ...mapTexts(rest, fill), contents: recipes }, contents };
  } catch (thrown) {
    throw thrown instanceof ContentError ? new CaseError(thrown.message) : thrown;
  }
}
