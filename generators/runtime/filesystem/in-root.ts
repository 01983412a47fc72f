import { posix } from "node:path";

import type { ContainerCase, FileEntry } from "../../../runners/runtime/case.js";
import { ROOTFS_DIRECTORIES } from "../../../runners/runtime/case.js";
import { ancestors } from "./paths.js";

const USUAL: ReadonlySet<string> = new Set(ROOTFS_DIRECTORIES.map(([path]) => path));

/** As many links as the kernel follows on one way. */
const MOST_LINKS = 40;

/** Where a path of the container comes to, when every link on its way is followed inside of the root file system. */
export interface Resolved {
  /** Without links; where the way ends early, as far as it is known, with the rest as it is written. */
  readonly path: string;
  /** What the case has put there; undefined where nothing is known to be. */
  readonly kind: FileEntry["kind"] | undefined;
  /** How the last part is written: itself a link, or there is one on the way to it, or neither. */
  readonly link: "last" | "way" | undefined;
  /** The path or a link on its way has more `..` than there are directories above it. */
  readonly climbs: boolean;
}

/** The root file system of a case before a runtime has touched it: what lies at each path. */
export class RootTree {
  readonly #entries = new Map<string, FileEntry>();

  constructor({ rootfs = [] }: Pick<ContainerCase, "rootfs">) {
    const own = new Set(rootfs.map(({ path }) => path));
    for (const [path] of ROOTFS_DIRECTORIES) if (!own.has(path)) this.#add({ kind: "dir", path });
    for (const entry of rootfs) this.#add(entry);
  }

  #add(entry: FileEntry): void {
    const parent = this.resolve(posix.dirname(`/${entry.path}`)).path;
    for (const path of ancestors(parent)) if (!this.#entries.has(path)) this.#entries.set(path, { kind: "dir", path });
    this.#entries.set(posix.join(parent, posix.basename(entry.path)).slice(1), entry);
  }

  /** Whether it holds anything but directories and files. */
  get isOdd(): boolean {
    return [...this.#entries].some(([path, { kind }]) => kind === "symlink" || kind === "absent" || (USUAL.has(path) && kind !== "dir"));
  }

  /** What the case has put at a path without links on its way. */
  at(path: string): FileEntry | undefined {
    return this.#entries.get(path.replace(/^\/+/, ""));
  }

  /** Follows a path from the root; a last part that is a link is followed too. */
  resolve(path: string): Resolved {
    let rest = path.split("/").filter((part) => part !== "" && part !== ".");
    const done: string[] = [];
    let link: Resolved["link"];
    let climbs = false;
    let followed = 0;
    while (rest.length > 0) {
      const [part = "", ...next] = rest;
      rest = next;
      if (part === "..") {
        climbs ||= done.length === 0;
        done.pop();
        continue;
      }
      const entry = this.#entries.get([...done, part].join("/"));
      if (entry?.kind !== "symlink") {
        done.push(part);
        continue;
      }
      link = next.length === 0 && link === undefined ? "last" : "way";
      if (++followed > MOST_LINKS) return { path: `/${[...done, part, ...next].join("/")}`, kind: undefined, link, climbs };
      if (entry.target.startsWith("/")) done.length = 0;
      rest = [...entry.target.split("/").filter((each) => each !== "" && each !== "."), ...next];
    }
    return { path: `/${done.join("/")}`, kind: done.length === 0 ? "dir" : this.#entries.get(done.join("/"))?.kind, link, climbs };
  }
}
