import t from "tap";
import { pulling } from "../../../generators/client/cases.js";
import { image } from "../../../generators/client/images.js";
import { Performance } from "../../../runners/client/performance.js";
import { FIXED, FREE, Stages } from "../../../runners/client/stages.js";
import { StandIn } from "./stand-in.js";

/** Stages, and the stand-ins that they opened. */
function opened(at = FREE): { readonly stages: Stages; readonly all: StandIn[] } {
  const all: StandIn[] = [];
  const open = async (hosts: StandIn["hosts"]): Promise<StandIn> => {
    const made = new StandIn(hosts);
    all.push(made);
    return made;
  };
  return { stages: new Stages(open, at), all };
}

t.test("hosts with TLS and without are opened when they are wanted, once", async (t) => {
  const { stages, all } = opened(FIXED);
  t.equal(all.length, 0);
  await stages.for("http");
  await stages.for("https");
  await stages.for("http");
  t.same(
    all.map(({ hosts }) => hosts.map(({ host, address, port, tls }) => `${host} ${address}:${port}${tls ? " TLS" : ""}`)),
    [
      ["registry 127.0.0.1:5000", "other 127.0.0.2:5000", "plain 127.0.0.1:5080", "token 127.0.0.1:5001"],
      ["registry 127.0.0.1:5443 TLS", "other 127.0.0.2:5443 TLS", "plain 127.0.0.1:5480", "token 127.0.0.1:5444 TLS"],
    ],
  );
  await stages.close();
  t.ok(all.every(({ closed }) => closed));
});

t.test("a play begins before the client does, and ends however it goes", async (t) => {
  const { stages, all } = opened();
  const testCase = pulling("a case", image("m", 1), [{ on: { to: "blob" }, does: { kind: "close" } }], { choices: ["no-mounts"] });
  const good = new Performance(stages, async (scene) => {
    t.equal(all[0]?.plays.length, 1);
    t.equal(all[0]?.ended, 0);
    t.equal(scene.words.REF, "127.0.0.1:1/oci-conform/a:t");
    return { steps: [{ name: "pull", status: 0, stdout: "", stderr: "" }], written: {} };
  });
  const { run, contents, addresses } = await good.play(testCase);
  t.same(run, { steps: [{ name: "pull", status: 0, stdout: "", stderr: "" }], written: {}, exchanges: [], held: {} });
  t.same(Object.keys(contents).sort(), ["m", "m-config", "m-layer"]);
  t.equal(addresses.other, "127.0.0.2:2");
  t.match(all[0]?.plays[0], { choices: ["no-mounts"], behaviours: [{ does: { kind: "close" } }] });
  const bad = new Performance(stages, async () => {
    throw new Error("no sandbox");
  });
  await t.rejects(bad.play(testCase), { message: "no sandbox" });
  t.equal(all[0]?.ended, 2);
});
