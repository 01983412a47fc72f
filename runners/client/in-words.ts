import type { ClientCase, Verb } from "./case.js";
import type { ClientExchange, ClientObservation, ClientStep } from "./observation.js";

/** An exchange in a line: the host, the request and the status; long values of the query are cut. */
export function exchangeInWords({
  host,
  request: { method, target },
  response,
}: Pick<ClientExchange, "host" | "request" | "response">): string {
  const broken = response?.body.broken ? ", which does not come to its end" : "";
  return `${host}: ${method} ${target.replace(/=([^&=]{24})[^&]{60,}/g, "=$1…")} → ${response ? `${response.status}${broken}` : "no answer"}`;
}

/** What a client was asked to do, for a sentence: "pull an image". */
export const VERB_IN_WORDS: Readonly<Record<Verb, string>> = {
  pull: "pull an image",
  push: "push an image",
  "push-chunks": "push an image in chunks",
  "push-single": "push an image's blobs by one request each",
  copy: "copy an image",
  tags: "list tags",
  referrers: "list referrers",
  attach: "attach an artifact",
  delete: "delete a manifest",
  any: "do what nobody knows",
};

/** How a command ended, and the end of what it said. */
export function stepInWords({ name, status, stdout, stderr }: ClientStep): string {
  const said = (stderr.trim() || stdout.trim()).slice(-1500);
  const how = status === 124 ? "it took too long" : status > 128 ? `ended by signal ${status - 128}` : `exit status ${status}`;
  return `${name}: ${how}${said === "" ? "" : `\n${said}`}`;
}

/** The client's own words, and the requests that it made: what a finding shows. */
export function runInWords({ run: { steps, exchanges } }: Pick<ClientObservation, "run">): string {
  const last = steps.at(-1);
  const requests = exchanges.map(exchangeInWords).join("\n");
  const most = 2500;
  return [
    last ? stepInWords(last) : "",
    requests.length > most ? `${requests.slice(0, most)}\n… ${exchanges.length} requests in all` : requests,
  ]
    .filter(Boolean)
    .join("\n");
}

/** What of a case a finding shows: all but the recipes of its contents. */
export function withoutContents({ format: _format, title: _title, aims: _aims, contents: _contents, ...rest }: ClientCase): unknown {
  return rest;
}
