import type { ImageCase } from "../../../runners/image/case.js";
import { TAG } from "../../../runners/image/case.js";
import { isUnsure } from "../model/compare.js";
import { applyLayers } from "../model/model.js";
import type { Claim } from "../model/tree.js";
import { departures } from "./departures.js";
import { FEATURES, mayRefuse } from "./features.js";

/** What is expected of a path: each attribute with its statement, or why no sentence decides it. */
export interface ExpectedPath {
  readonly path: string;
  readonly kind: string;
  readonly because: string;
  readonly attributes: Readonly<Record<string, Claim>>;
  /** Other paths that are the same file. */
  readonly linkedTo?: readonly string[];
}

/** What is expected of an image and of the tree that comes of it, and why. */
export interface Expectation {
  readonly format: "oci-conform/image-expectation@1";
  readonly title: string;
  /** The tag in index.json. */
  readonly ref: string;
  /** Whether the layout keeps to every statement about content. */
  readonly valid: boolean;
  /** What is broken, how, and by which statements it is to be refused, if by any. */
  readonly fault?: {
    readonly name: string;
    readonly requirement: string;
    readonly how: string;
    /** Further statements that cannot but be broken with it. */
    readonly implies: readonly string[];
    readonly refusedBy: readonly string[];
  };
  /** Statements by which a tool has to put up with something in it. */
  readonly exercises: readonly string[];
  /** What is recommended about content (SHOULD) and not kept to, for the sake of those who have to take it. */
  readonly departs: readonly string[];
  /** Why a tool may refuse it all the same. */
  readonly mayRefuse: readonly string[];
  /** The unpacked tree; none for a faulty layout. */
  readonly tree?: readonly ExpectedPath[];
  /** Paths that must not be there, and the statement that says so. */
  readonly absent?: Readonly<Record<string, string>>;
  /** Paths at and below which no sentence decides, and why. */
  readonly unspecified?: Readonly<Record<string, string>>;
}

type FaultWords = NonNullable<Expectation["fault"]>;

/** What an image comes to by the rules. */
export function expectationOf(subject: ImageCase, fault?: FaultWords): Expectation {
  const tree = applyLayers(subject.layers);
  const nodes = [...tree.nodes].filter(([path]) => !isUnsure(tree, path)).sort(([a], [b]) => (a < b ? -1 : 1));
  const base = {
    format: "oci-conform/image-expectation@1" as const,
    title: subject.title,
    ref: TAG,
    valid: fault === undefined,
    ...(fault ? { fault } : {}),
    exercises: FEATURES.filter(({ of }) => of(subject)).map(({ id }) => id),
    departs: departures(subject),
    mayRefuse: [...mayRefuse(subject), ...tree.mayRefuse],
  };
  if (fault) return base;
  return {
    ...base,
    tree: nodes.map(([path, { kind, because, claims, inode }]): ExpectedPath => {
      const links = kind === "dir" ? [] : nodes.filter(([other, node]) => other !== path && node.inode === inode).map(([other]) => other);
      return { path, kind, because, attributes: { ...claims }, ...(links.length > 0 ? { linkedTo: links } : {}) };
    }),
    absent: Object.fromEntries([...tree.gone].filter(([path]) => !isUnsure(tree, path))),
    unspecified: Object.fromEntries(tree.unsure),
  };
}
