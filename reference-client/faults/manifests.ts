import { at, atImage, before, type Fault, hooked, lacking, placed, sending, sent, wrapped } from "./fault.js";

const PUT = at("manifest", "PUT");

export const MANIFEST_FAULTS: readonly Fault[] = [
  wrapped(
    "type-left-out",
    "registry.client.manifest-content-type",
    sending(PUT, (call) => lacking(call, "content-type")),
  ),
  wrapped(
    "type-with-parameters",
    "registry.client.manifest-content-type-without-parameters",
    sending(PUT, (call) => sent(call, { "content-type": `${call.headers?.["content-type"]}; charset=utf-8` })),
  ),
  wrapped(
    "type-of-json",
    "registry.client.content-type-is-media-type",
    sending(PUT, (call) => sent(call, { "content-type": "application/json" })),
  ),
  hooked("media-type-left-out", "registry.client.manifest-media-type", "media-type-left-out"),
  wrapped(
    "pushed-by-neither",
    "registry.client.push-reference-tag-or-digest",
    before(atImage("PUT"), (call) => placed(call, (target) => target.replace("/manifests/", "/manifests/@"))),
  ),
  hooked("blobs-left-out", "registry.client.manifest-references-blobs", "blobs-left-out"),
  hooked("push-header-believed", "registry.client.push-digest-header-verified", "push-header-believed"),
];
