import type { Wrap } from "../http/message.js";
import { at, bytesIn, type Fault, failing, hearing, hooked, needing, placed, sending, wrapped } from "./fault.js";

const always = (): boolean => true;
const PULLED = (call: Parameters<ReturnType<typeof at>>[0]): boolean => at("manifest", "GET")(call) || at("blob", "GET")(call);

/** Asks each host first whether it is a registry, and goes by Docker's header. */
const greeting: Wrap = (send) => {
  const greeted = new Set<string>();
  return async (call) => {
    const { origin } = call.place;
    if (!greeted.has(origin)) {
      greeted.add(origin);
      const { headers, body } = await send({ method: "GET", place: { origin, target: "/v2/" } });
      await bytesIn(body);
      if (headers["docker-distribution-api-version"] === undefined) failing(`${origin} is no registry`);
    }
    return send(call);
  };
};

/** The client makes the place of the next page itself, by `last`; a few pages long. */
const lasting = (last: (count: number, tags: number) => string): Wrap => {
  return (send) => {
    let count = 0;
    return hearing(at("tags", "GET"), (answer) => {
      if (answer.headers.link === undefined || ++count > 3) return { ...answer, headers: withoutLink(answer.headers) };
      const [path = ""] = answer.place.target.split("?");
      return { ...answer, headers: { ...answer.headers, link: `<${path}?n=2&last=${last(count, 2)}>; rel="next"` } };
    })(send);
  };
};

const withoutLink = ({ link: _, ...headers }: Readonly<Record<string, string>>): Readonly<Record<string, string>> => headers;

/** What is to be known of the source is another thing than its host. */
const ns = (change: (host: string, name: string, proxy: string) => string): Wrap =>
  sending(
    (call) => /[?&]ns=/.test(call.place.target),
    (call) =>
      placed(call, (target) =>
        target.replace(/([?&]ns=)([^&]*)/, (_, before: string, host: string) => {
          const name = /^\/v2\/(.+)\/(?:manifests|blobs)\//.exec(target)?.[1] ?? "";
          return `${before}${encodeURIComponent(change(decodeURIComponent(host), name, new URL(call.place.origin).host))}`;
        }),
      ),
  );

export const HTTP_FAULTS: readonly Fault[] = [
  wrapped("docker-version-wanted", "registry.client.docker-headers-not-relied-on", greeting),
  wrapped(
    "codes-wanted",
    "registry.client.schema1-codes-not-relied-on",
    hearing(always, (answer) =>
      answer.status === 404 && !answer.headers["content-type"]?.startsWith("application/json")
        ? failing("the registry does not say by a code what it means")
        : answer,
    ),
  ),
  wrapped(
    "digest-header-wanted",
    "registry.client.older-registries",
    hearing(PULLED, (answer) =>
      answer.status === 200 && answer.headers["docker-content-digest"] === undefined
        ? failing("there is no Docker-Content-Digest")
        : answer,
    ),
  ),
  hooked("redirects-not-followed", "registry.client.redirect-followed", "redirects-not-followed"),
  needing("credentials", hooked("authorization-along", "registry.client.redirect-authorization", "credentials-along")),
  hooked("warnings-hidden", "registry.client.warnings-reported", "warnings-hidden"),
  hooked("warnings-repeated", "registry.client.warnings-once", "warnings-repeated"),
  wrapped(
    "warnings-obeyed",
    "registry.client.warnings-no-action",
    hearing(always, (answer) => (answer.headers.warning === undefined ? answer : failing("the registry warns"))),
  ),
  wrapped(
    "last-is-a-number",
    "registry.client.last-no-index",
    lasting((count, tags) => String(count * tags)),
  ),
  wrapped(
    "last-is-no-tag",
    "registry.client.last-is-tag",
    lasting((count) => `-${count}`),
  ),
  needing(
    "proxy",
    wrapped(
      "ns-of-whole-name",
      "registry.client.ns-first-component",
      ns((host, name) => `${host}/${name}`),
    ),
  ),
  needing(
    "proxy",
    wrapped(
      "ns-of-proxy",
      "registry.client.ns-primary-source",
      ns((_host, _name, proxy) => proxy),
    ),
  ),
  wrapped(
    "ns-to-all",
    "registry.client.ns-to-proxies-only",
    sending(PULLED, (call) =>
      placed(call, (target) => `${target}${target.includes("?") ? "&" : "?"}ns=${encodeURIComponent(new URL(call.place.origin).host)}`),
    ),
  ),
  needing("proxy", hooked("credentials-to-proxy", "registry.client.upstream-credentials", "credentials-of-source")),
];
