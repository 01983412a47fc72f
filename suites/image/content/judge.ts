import type { Layout } from "../../../image-reader/layout.js";
import type { Entry } from "../../../image-reader/tar.js";
import type { Release } from "../../../spec/image/releases.js";
import { sections } from "./index.js";
import { plainPath, SeenPaths, split } from "./seen-paths.js";
import type { Check, Checks, Located, Location, Verdicts, ViewKind, Views } from "./suite.js";
import { type Count, Tally } from "./tally.js";
import { LayoutViews } from "./views.js";

/** Entries are judged while their layer streams by, and counted by layer, so that the order of layers makes no difference. */
interface LayerJudged {
  readonly tally: Tally;
  readonly seen: SeenPaths;
}

const listed = (verdicts: Verdicts): readonly Located[] => {
  if (verdicts === undefined) return [];
  return "verdict" in verdicts ? [verdicts] : verdicts;
};

const checksOf = <Kind extends ViewKind>(section: Checks, kind: Kind): readonly Check<Views[Kind]>[] => section[kind] ?? [];

/** Judges a layout: its layers while they are read, everything else afterwards. */
export class Judge {
  readonly #release: Release;
  readonly #wanted: (id: string) => boolean;
  readonly #layers = new Map<string, LayerJudged>();
  readonly #tally = new Tally();

  /** @param wanted the requirements to judge */
  constructor(release: Release, wanted: (id: string) => boolean) {
    this.#release = release;
    this.#wanted = wanted;
  }

  #checks<Kind extends ViewKind>(kind: Kind): Check<Views[Kind]>[] {
    return sections.flatMap((section) => checksOf(section, kind)).filter(({ id }) => this.#wanted(id));
  }

  #run<View extends { readonly location: Location }>(tally: Tally, checks: readonly Check<View>[], view: View): void {
    for (const { id, judge } of checks) {
      try {
        for (const verdict of listed(judge(view))) tally.add(id, verdict, view.location);
      } catch (thrown) {
        tally.error(id, thrown);
      }
    }
  }

  /** Takes the entries of a layer, from its first to its last. */
  layer(file: string): (entry: Entry) => void {
    const checks = this.#checks("entry");
    const tally = new Tally();
    const seen = new SeenPaths();
    this.#layers.set(file, { tally, seen });
    return (entry) => {
      const path = plainPath(entry.path);
      const [directory, name] = split(path);
      const location = { file, entry: entry.path, offset: entry.offset };
      this.#run(tally, checks, { release: this.#release, location, entry, path, name, directory, seen });
      seen.add(path, entry);
    };
  }

  #each<Kind extends ViewKind>(kind: Kind, views: Iterable<Views[Kind]>): void {
    const checks = this.#checks(kind);
    for (const view of views) this.#run(this.#tally, checks, view);
  }

  /** Judges the rest, and gives the counts of every requirement that was judged. */
  end(layout: Layout): ReadonlyMap<string, Count> {
    const release = this.#release;
    const views = new LayoutViews(layout, release);
    this.#each("layout", [{ layout, release, location: { file: layout.path } }]);
    this.#each("document", views.documents());
    this.#each("index", views.objects("index"));
    this.#each("manifest", views.manifests());
    this.#each("config", views.objects("config"));
    this.#each("image", views.images());
    this.#each("descriptor", views.descriptors());
    this.#each("platform", views.platforms());
    this.#each("annotations", views.annotations());
    this.#each("blob", views.blobs());
    const archives = this.#checks("archive");
    for (const [path, { tally, seen }] of [...this.#layers].sort(([a], [b]) => (a < b ? -1 : 1))) {
      this.#tally.merge(tally);
      const archive = layout.blobs.get(path)?.archive;
      if (archive) this.#run(this.#tally, archives, { release, path, archive, seen, location: { file: path } });
    }
    return this.#tally.counts;
  }
}
