import { itemsOf, type JsonNode, member, present, shown, textOf } from "../../../image-reader/json-node.js";
import { isDateTime, parseDigest, REGISTERED } from "../../../spec/image/grammar.js";
import { diffIdsOfLayers, historyOfLayers } from "./config-layers.js";
import { configTypes } from "./config-types.js";
import { architectureKnown, systemKnown, variantKnown, windowsFeatures } from "./index-document.js";
import { at, check, expectThat, type Located, type ObjectView, type Section } from "./suite.js";

const requiredText =
  (name: string) =>
  ({ root }: ObjectView): Located =>
    expectThat(member(root, name)?.kind === "string", `${name}, a string`, shown(member(root, name)));

/** A date and time, where there is one. */
const dateTime = (view: ObjectView, node: JsonNode | undefined): Located[] =>
  node?.kind === "string" ? [expectThat(isDateTime(node.value), "a date and time by RFC 3339", node.value, at(view, node))] : [];

/** The members of a property of the execution parameters. */
function members(view: ObjectView, name: string): readonly (readonly [string, JsonNode])[] {
  const map = present(member(view.root, "config"), name);
  return map?.kind === "object" ? [...map.members] : [];
}

/** Maps that stand for sets: every value is an empty object. */
const emptyObjects = (name: string) => (view: ObjectView) =>
  members(view, name).map(([, value]) =>
    expectThat(value.kind === "object" && value.members.size === 0, "an empty object", shown(value), at(view, value)),
  );

/** A port's number, alone or with a protocol. */
function isPort(key: string): boolean {
  const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?(?:\/[a-z]+)?$/.exec(key) ?? [];
  return first !== undefined && Number(first) <= 65535 && Number(last) <= 65535;
}

/** A digest of one of the diff_ids: of a registered algorithm, with as many digits as that has. */
function isDiffId(text: string): boolean {
  const parsed = parseDigest(text);
  if (!parsed) return false;
  const digits = Object.entries(REGISTERED).find(([name]) => name === parsed.algorithm)?.[1];
  return digits === undefined || (parsed.encoded.length === digits && /^[0-9a-f]*$/.test(parsed.encoded));
}

const rootfs = ({ root }: ObjectView): JsonNode | undefined => {
  const node = member(root, "rootfs");
  return node?.kind === "object" ? node : undefined;
};

/** config.md */
export const config: Section = {
  title: "Image config",
  config: [
    check("image.config.property-types", configTypes),
    check("image.config.created-rfc3339", (view) => dateTime(view, member(view.root, "created"))),
    check("image.config.architecture-required", requiredText("architecture")),
    check("image.config.architecture-goarch", ({ root: node, ...view }) => architectureKnown({ ...view, node })),
    check("image.config.os-required", requiredText("os")),
    check("image.config.os-goos", ({ root: node, ...view }) => systemKnown({ ...view, node })),
    check("image.config.os-features-windows", ({ root }) => windowsFeatures(root)),
    check("image.config.variant-table", ({ root, release }) => variantKnown(root, release)),
    check("image.config.user-form", (view) => {
      const user = textOf(member(view.root, "config"), "User");
      return user === undefined || user === "" ? undefined : expectThat(user.split(":").length <= 2, "USER or USER:GROUP", user);
    }),
    check("image.config.exposed-ports-empty-objects", emptyObjects("ExposedPorts")),
    check("image.config.exposed-ports-keys", (view) =>
      members(view, "ExposedPorts").map(([key, value]) => expectThat(isPort(key), "PORT or PORT/PROTOCOL", key, at(view, value))),
    ),
    check("image.config.env-form", (view) =>
      itemsOf(member(view.root, "config"), "Env").flatMap((item) =>
        item.kind === "string" ? [expectThat(item.value.indexOf("=") > 0, "NAME=VALUE", shown(item), at(view, item))] : [],
      ),
    ),
    check("image.config.volumes-empty-objects", emptyObjects("Volumes")),
    check("image.config.stop-signal-form", (view) => {
      const signal = textOf(member(view.root, "config"), "StopSignal");
      return signal === undefined || signal === ""
        ? undefined
        : expectThat(/^(?:SIG[A-Z][A-Z0-9]*(?:[+-]\d+)?|\d+)$/.test(signal), "SIGNAME or a number", signal);
    }),
    check("image.config.rootfs-required", ({ root }) => {
      const value = member(root, "rootfs");
      return expectThat(value?.kind === "object", "rootfs, an object", shown(value));
    }),
    check("image.config.rootfs-type-required", (view) => {
      const holder = rootfs(view);
      const type = member(holder, "type");
      return holder ? expectThat(type?.kind === "string", "type, a string", shown(type), at(view, holder)) : undefined;
    }),
    check("image.config.rootfs-type-layers", (view) => {
      const type = member(rootfs(view), "type");
      return type?.kind === "string" ? expectThat(type.value === "layers", "layers", type.value, at(view, type)) : undefined;
    }),
    check("image.config.diff-ids-required", (view) => {
      const holder = rootfs(view);
      const ids = member(holder, "diff_ids");
      if (!holder) return undefined;
      if (ids?.kind !== "array") return expectThat(false, "diff_ids, a list of digests", shown(ids), at(view, ids ?? holder));
      // An empty list is a list.
      if (ids.items.length === 0) return expectThat(true, undefined, undefined);
      return ids.items.map((item) => expectThat(item.kind === "string" && isDiffId(item.value), "a digest", shown(item), at(view, item)));
    }),
    check("image.config.history-created-rfc3339", (view) =>
      itemsOf(view.root, "history").flatMap((item) => dateTime(view, member(item, "created"))),
    ),
  ],
  image: [...diffIdsOfLayers, historyOfLayers],
};
