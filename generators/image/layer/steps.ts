import type { Content, Entry } from "../../../runners/image/case.js";
import type { Attributes } from "./attributes.js";
import { after, Building, below, join, type Known, parent, ROOT } from "./building.js";
import { entryOf, file, type Kind, opaque, whiteout } from "./entries.js";
import { ordered, type Style, styled } from "./style.js";

/** One step of building a layer. Numbers choose among what is there, counted round. */
export type Step =
  | {
      readonly do: "add";
      readonly kind: Kind;
      readonly in: number;
      readonly name: string;
      readonly is: Attributes;
      readonly content: Content;
      readonly to: number;
    }
  /** An entry for a path of the layers below: of the same kind, or of another. */
  | {
      readonly do: "change";
      readonly pick: number;
      readonly kind: Kind | "same";
      readonly is: Attributes;
      readonly content: Content;
      readonly to: number;
    }
  | { readonly do: "link"; readonly pick: number; readonly across: boolean; readonly in: number; readonly name: string }
  /** Of what is below, or in this very layer. */
  | { readonly do: "whiteout"; readonly pick: number }
  | { readonly do: "opaque"; readonly pick: number }
  /** A file in a directory that no entry makes. */
  | { readonly do: "deep"; readonly in: number; readonly name: string }
  | { readonly do: "root"; readonly is: Attributes };

const picked = <T>(from: readonly T[], pick: number): T | undefined => (from.length === 0 ? undefined : from[pick % from.length]);

function made(
  path: string,
  kind: Kind,
  { is, content, to }: { readonly is: Attributes; readonly content: Content; readonly to: number },
): Entry {
  if (kind === "file") return entryOf(path, "file", { content, ...is });
  if (kind === "symlink") return entryOf(path, "symlink", { link: TARGETS[to % TARGETS.length] ?? "a", ...is, mode: 0o777 });
  if (kind === "char" || kind === "block") return entryOf(path, kind, { device: DEVICES[to % DEVICES.length] ?? [1, 3], ...is });
  return entryOf(path, kind, is);
}

const TARGETS = ["a", "b", "../a", "/a", "nowhere", "./", "t".repeat(101), "a/b"] as const;
const DEVICES = [
  [1, 3],
  [1, 0],
  [255, 255],
  [4095, 1_048_575],
] as const satisfies readonly (readonly [number, number])[];

/** The entry that a step comes to; undefined where there is nothing to do it with. */
function entryFor(step: Step, layer: Building): Entry | undefined {
  switch (step.do) {
    case "add":
      return made(join(picked(layer.directories(), step.in) ?? "", step.name), step.kind, step);
    case "change": {
      const path = picked([...layer.lower.keys()], step.pick);
      const kind = path === undefined ? undefined : step.kind === "same" ? layer.lower.get(path) : step.kind;
      return path === undefined || kind === undefined || kind === "hardlink" || kind === "global" ? undefined : made(path, kind, step);
    }
    case "link": {
      const own = [...layer.own.values()].filter(({ type }) => type !== "dir" && type !== "hardlink");
      const across = [...layer.lower].filter(
        ([path, type]) => type !== "dir" && layer.kindAt(path) === type && !layer.own.has(path) && !layer.hidden(path),
      );
      const target = step.across ? picked(across, step.pick)?.[0] : picked(own, step.pick)?.path;
      if (target === undefined) return undefined;
      const { uid, gid, mode, mtime, nsec, xattrs, uname, gname } = layer.own.get(target) ?? entryOf("", "file");
      const same = {
        uid,
        gid,
        mode,
        mtime,
        ...(nsec ? { nsec } : {}),
        ...(xattrs ? { xattrs } : {}),
        ...(uname ? { uname } : {}),
        ...(gname ? { gname } : {}),
      };
      const path = join(picked(layer.directories(), step.in) ?? "", step.name);
      return path === target || below(target, path) ? undefined : entryOf(path, "hardlink", { ...same, link: target });
    }
    case "whiteout": {
      const path = picked(
        [...layer.lower.keys(), ...layer.own.keys()].filter((each) => each !== ROOT),
        step.pick,
      );
      // Where the way leads through something else than directories, no sentence says what a marker means.
      return path === undefined || layer.kindAt(parent(path)) !== "dir" ? undefined : whiteout(path);
    }
    case "opaque": {
      return opaque(picked(layer.directories(), step.pick) ?? "");
    }
    case "deep":
      return file(join(join(picked(layer.directories(), step.in) ?? "", step.name), "deep"), "deep");
    case "root":
      return entryOf(ROOT, "dir", step.is);
  }
}

/** Builds the entries of layers from steps, each layer on those below it. */
export function buildLayers(layers: readonly { readonly steps: readonly Step[]; readonly style: Style }[]): Entry[][] {
  let lower: Known = new Map();
  return layers.map(({ steps, style }) => {
    const layer = new Building(lower);
    for (const step of steps) layer.add(entryFor(step, layer));
    lower = after(lower, layer.entries);
    return ordered(layer, style.order).map((entry) => styled(entry, style));
  });
}
