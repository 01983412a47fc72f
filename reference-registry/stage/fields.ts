/** Names and values of header fields as they came, in their order. */
export type Fields = readonly (readonly [name: string, value: string])[];

/** What is between two neighbours alone (RFC 9110, section 7.6.1). */
const HOP = ["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "proxy-authorization"];

/** The fields that go on, of a list of names and values in turn. */
export function endToEnd(raw: readonly string[]): Fields {
  const fields = raw.flatMap((name, at): Fields => (at % 2 === 0 ? [[name, raw[at + 1] ?? ""]] : []));
  const named = fields
    .filter(([name]) => name.toLowerCase() === "connection")
    .flatMap(([, value]) => value.split(","))
    .map((name) => name.trim().toLowerCase());
  return fields.filter(([name]) => !HOP.includes(name.toLowerCase()) && !named.includes(name.toLowerCase()));
}

/** Where a text names an origin, another one; a host that only begins with it is another host. */
const replaced = (text: string, from: string, to: string): string =>
  text.slice(0, from.length).toLowerCase() === from && /^(?:[/?#]|$)/.test(text.slice(from.length)) ? to + text.slice(from.length) : text;

/**
 * The fields of an answer by which a client goes on: where they name the registry that was asked, they name whoever asked it for the client. These are
 * `Location`, the targets of `Link`, and the realm of a challenge. Places that are elsewhere stay.
 * @param from the registry's origin: `https://registry.example`
 */
export const comingBack = (fields: Fields, from: string, to: string): Fields =>
  fields.map(([name, value]) => {
    switch (name.toLowerCase()) {
      case "location":
        return [name, replaced(value, from, to)];
      case "link":
        return [name, value.replace(/<([^>]*)>/g, (_, target: string) => `<${replaced(target, from, to)}>`)];
      case "www-authenticate":
        return [
          name,
          value.replace(/\brealm="([^"]*)"/gi, (whole, realm: string) => whole.replace(realm, () => replaced(realm, from, to))),
        ];
      default:
        return [name, value];
    }
  });
