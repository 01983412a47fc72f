import type { Heard } from "./recording.js";

/** What a request looks at, and what it changes, by names that are the same where it is the same. */
interface Touched {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/** A push of a blob: manifests of the repository that are pushed meanwhile may need it. */
const pushes = (name: string, digest: string | null): readonly string[] =>
  digest === null ? [] : [`blob ${name} ${digest}`, `blobs ${name}`];

function touchedBy({ exchange: { request }, route, query, name, upload }: Heard): Touched {
  const { method } = request;
  const looks = method === "GET" || method === "HEAD";
  switch (route.kind) {
    case "session": {
      const own = `upload ${upload?.start}`;
      return looks ? { reads: [own], writes: [] } : { reads: [own], writes: [own, ...pushes(name, query.get("digest"))] };
    }
    case "uploads":
      return {
        reads: [`blob ${query.get("from") ?? ""} ${query.get("mount") ?? ""}`],
        writes: [...pushes(name, query.get("mount")), ...pushes(name, query.get("digest"))],
      };
    case "blob": {
      const own = `blob ${name} ${route.digest}`;
      return { reads: [own], writes: looks ? [] : [own, `blobs ${name}`] };
    }
    case "manifest":
      return looks
        ? { reads: [`manifests ${name}`], writes: [] }
        : { reads: [`manifests ${name}`, `blobs ${name}`], writes: [`manifests ${name}`] };
    case "tags":
    case "referrers":
      return { reads: [`manifests ${name}`], writes: [] };
    default:
      // To an upload that did not begin here, or to what is beside the endpoints.
      return { reads: [], writes: looks || name === "" ? [] : pushes(name, query.get("digest")) };
  }
}

const disturbs = (one: Touched, other: Touched): boolean => one.writes.some((each) => other.reads.includes(each));

/** The exchanges that had to do with the same as others at the same time: which came first, nobody knows. */
export function overlapping(heard: readonly Heard[]): ReadonlySet<Heard> {
  const found = new Set<Heard>();
  let open: { readonly of: Heard; readonly touched: Touched }[] = [];
  for (const each of heard) {
    const touched = touchedBy(each);
    open = open.filter(({ of }) => of.exchange.endedMs >= each.exchange.begunMs);
    for (const other of open) {
      if (!disturbs(touched, other.touched) && !disturbs(other.touched, touched)) continue;
      found.add(each).add(other.of);
    }
    open.push({ of: each, touched });
  }
  return found;
}
