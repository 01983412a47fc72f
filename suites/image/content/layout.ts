import { itemsOf, member, shown, textOf } from "../../../image-reader/json-node.js";
import { COMPUTABLE } from "../../../image-reader/scan.js";
import { ALGORITHM, ENCODED, REGISTERED } from "../../../spec/image/grammar.js";
import { check, expectThat, type LayoutView, type Located, type Section, type Verdicts } from "./suite.js";

/** Checks of layouts have nothing to say of what `docker save` made. */
const ofLayouts =
  (judge: (view: LayoutView) => Verdicts) =>
  (view: LayoutView): Verdicts =>
    view.layout.docker ? undefined : judge(view);

/** A file that there must be. One that leads out of the layout is not judged here. */
const exists = (name: string, type: "file" | "directory") =>
  ofLayouts(({ layout }) => {
    const file = layout.files.get(name);
    return file?.outside ? undefined : expectThat(file?.type === type, `a ${type} ${name}`, file?.type ?? "nothing", { file: name });
  });

const isRegistered = (name = ""): boolean => Object.hasOwn(REGISTERED, name);

/** The files in blobs with the parts of their paths; those whose names begin with a dot, such as .gitkeep, are no blobs and nobody's fault. */
const blobsOf = ({ layout }: LayoutView) =>
  [...layout.files]
    .map(([path, file]) => ({ path, file, parts: path.split("/").slice(1) }))
    .filter(({ path, parts }) => path.startsWith("blobs/") && !parts.some((part) => part.startsWith(".")));

/** image-layout.md */
export const layout: Section = {
  title: "Image layout",
  layout: [
    check("image.layout.blobs-directory-exists", exists("blobs", "directory")),
    check("image.layout.file-exists", exists("oci-layout", "file")),
    check("image.layout.index-exists", exists("index.json", "file")),
    check(
      "image.layout.blobs-by-algorithm",
      ofLayouts((view) =>
        blobsOf(view).flatMap(({ path, file, parts }): Located[] => {
          // A file that is no algorithm's directory is none of a layout's business, and may be there.
          if (file.type === "link" || (parts.length === 1 && file.type === "file" && !isRegistered(parts[0]))) return [];
          const wanted = parts.length === 1 ? "directory" : "file";
          return [expectThat(file.type === wanted, `a ${wanted}`, file.type, { file: path })];
        }),
      ),
    ),
    check(
      "image.layout.blob-name-grammar",
      ofLayouts((view) =>
        blobsOf(view).flatMap(({ path, file, parts }): Located[] => {
          const [algorithm = "", encoded] = parts;
          if (encoded === undefined && file.type !== "directory") return [];
          const good = encoded === undefined ? ALGORITHM.test(algorithm) : ENCODED.test(encoded);
          return [expectThat(good, "a name that the grammar of digests allows", encoded ?? algorithm, { file: path })];
        }),
      ),
    ),
    check("robustness.image.links-inside", ({ layout: { files } }) =>
      [...files].map(([path, { type, target, outside }]) =>
        outside
          ? { verdict: "skip", reason: "what is outside of the layout is not looked at (--follow-links)" }
          : expectThat(type !== "link", "a file or a directory", `a link to ${target}`, { file: path }),
      ),
    ),
    check("robustness.image.docker-list", ({ layout: { documents, files } }) => {
      const list = documents.find(({ role }) => role === "docker-list");
      const { root } = list?.json ?? {};
      if (!list || root?.kind !== "array") return undefined;
      const paths = root.items.flatMap((image) => [member(image, "Config"), ...itemsOf(image, "Layers")]);
      return paths.flatMap((node): Located[] => {
        const file = node?.kind === "string" ? files.get(node.value) : undefined;
        // Where a link leads is another rule's business.
        if (!node || file?.type === "link") return [];
        return [expectThat(file?.type === "file", "the path of a file", shown(node), { file: list.path, node })];
      });
    }),
    check("robustness.image.cycle", ({ layout: { cycles, references } }) => {
      if (cycles.length > 0)
        return cycles.map(({ document, node }) =>
          expectThat(false, "another document", textOf(node, "digest"), { file: document.path, node }),
        );
      return references.some(({ use }) => use === "manifest") ? expectThat(true, undefined, undefined) : undefined;
    }),
  ],
  document: [
    check("image.layout.file-json-object", ({ document: { role, json } }) =>
      role !== "layout" || !json.root ? undefined : expectThat(json.root.kind === "object", "an object", shown(json.root, 0)),
    ),
    check("image.layout.file-version", ({ document: { role, json } }) => {
      if (role !== "layout" || json.root?.kind !== "object") return undefined;
      const version = member(json.root, "imageLayoutVersion");
      return expectThat(version?.kind === "string", "imageLayoutVersion, a string", shown(version));
    }),
    check("robustness.image.layout-version", ({ document: { role, json } }) => {
      const version = role === "layout" ? textOf(json.root, "imageLayoutVersion") : undefined;
      return version === undefined ? undefined : expectThat(version === "1.0.0", "1.0.0", version);
    }),
    check("image.layout.index-is-image-index", ({ document: { entryPoint, json } }) =>
      !entryPoint || !json.root ? undefined : expectThat(json.root.kind === "object", "an object", shown(json.root, 0)),
    ),
  ],
  blob: [
    check("image.layout.blob-matches-digest", ({ algorithm, encoded, scan }) => {
      if (!COMPUTABLE.includes(algorithm))
        return { verdict: "skip", reason: `digests by ${algorithm} cannot be computed here, only those by ${COMPUTABLE.join(" and ")}` };
      const wanted = `${algorithm}:${encoded}`;
      const actual = scan.digests.get(algorithm);
      return expectThat(actual === wanted, wanted, actual);
    }),
  ],
  descriptor: [
    check("image.layout.missing-blobs-elsewhere", ({ reference, node, size, hidden }) => {
      if (size !== undefined || hidden || reference.use === "subject" || reference.path === undefined) return undefined;
      const elsewhere = itemsOf(node, "urls").length > 0 || textOf(node, "data") !== undefined;
      return expectThat(elsewhere, `${reference.path}, or urls or data to have it by`, "nothing");
    }),
  ],
};
