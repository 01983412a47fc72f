/** The parameters of a query, each with its values in order. */
export type Query = ReadonlyMap<string, readonly string[]>;

const NO_QUERY: Query = new Map();

/** @throws URIError where a percent sign does not begin an escape. */
export function parseQuery(text: string): Query {
  if (text === "") return NO_QUERY;
  const query = new Map<string, string[]>();
  for (const pair of text.split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const key = decode(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? "" : decode(pair.slice(equals + 1));
    const values = query.get(key);
    if (values) values.push(value);
    else query.set(key, [value]);
  }
  return query;
}

// A plus sign stays one: no parameter here can contain a space, but media types and algorithms contain plus signs.
const decode = (text: string): string => (text.includes("%") ? decodeURIComponent(text) : text);

/** The first value of a parameter. */
export const first = (query: Query, key: string): string | undefined => query.get(key)?.[0];
