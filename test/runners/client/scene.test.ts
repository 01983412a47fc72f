import t from "tap";
import { pushing } from "../../../generators/client/cases.js";
import { image } from "../../../generators/registry/steps.js";
import { inventCredentials } from "../../../runners/client/credentials.js";
import { sceneOf } from "../../../runners/client/scene.js";

const ADDRESSES = { registry: "127.0.0.1:1", other: "127.0.0.1:2", plain: "127.0.0.1:3", token: "127.0.0.1:4" };

t.test("whoever pushes meanwhile does so to the repository that the client knows", (t) => {
  const does = { kind: "meanwhile", repository: "a", tag: "t", mediaType: "text/plain", text: "{}" } as const;
  const redirect = { on: { to: "blob" }, does: { kind: "redirect", to: "other", status: 307 } } as const;
  const { play } = sceneOf(pushing("", image("m", 1), [{ on: { to: "manifest" }, does }, redirect]), ADDRESSES, inventCredentials());
  t.same(play.behaviours, [{ on: { to: "manifest" }, does: { ...does, repository: "oci-conform/a" } }, redirect]);
  t.end();
});
