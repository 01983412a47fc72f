import t from "tap";
import { SCENES } from "./plays.js";
import { type Scene, type Seen, Theatre } from "./scenes.js";

/** What can be said of every run. */
function wholesome(t: Tap, scene: Scene, { status, out, err, written }: Seen): void {
  t.equal(status, scene.status, err);
  if (scene.err) t.match(err, scene.err);
  if (scene.out) t.match(out, scene.out);
  if (scene.status === 1) {
    t.match(err, /^oci-client: [^\n]+\n$/, "one line");
    t.equal(out, "");
    t.same(written, {}, "nothing is left");
  }
}

type Tap = typeof t;

t.test("what registries do", async (t) => {
  const theatre = await Theatre.open(t);
  for (const [name, scene] of Object.entries<Scene>(SCENES))
    await t.test(name, async (t) => wholesome(t as Tap, scene, await theatre.play(scene)));
});
