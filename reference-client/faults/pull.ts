import { at, atImage, before, type Fault, failing, hearing, hooked, lacking, placed, sending, wrapped } from "./fault.js";

const MANIFEST = at("manifest", "GET");

export const PULL_FAULTS: readonly Fault[] = [
  wrapped(
    "manifest-by-neither",
    "registry.client.manifest-reference-tag-or-digest",
    before(atImage("GET"), (call) => placed(call, (target) => target.replace("/manifests/", "/manifests/@"))),
  ),
  wrapped(
    "accept-left-out",
    "registry.client.accept-header",
    sending(MANIFEST, (call) => lacking(call, "accept")),
  ),
  wrapped(
    "parameters-not-ignored",
    "registry.client.content-type-parameters-ignored",
    hearing(MANIFEST, (answer) =>
      answer.headers["content-type"]?.includes(";") ? failing("this type of manifest is not known here") : answer,
    ),
  ),
  wrapped(
    "media-types-not-compared",
    "registry.client.media-type-mismatch-rejected",
    hearing(MANIFEST, (answer) => lacking(answer, "content-type")),
  ),
  hooked("manifest-header-believed", "registry.client.manifest-digest-header-verified", "manifest-header-believed"),
  hooked("manifest-digest-not-verified", "registry.client.manifest-digest-verified", "manifest-digest-not-verified"),
  hooked("blob-header-believed", "registry.client.blob-digest-header-verified", "blob-header-believed"),
  hooked("blob-digest-not-verified", "registry.client.blob-digest-verified", "blob-digest-not-verified"),
];
