import t, { type Test } from "tap";

import type { ContainerCase, RuntimeCase } from "../../../runners/runtime/case.js";
import { changesOf, lookAround } from "../../../runners/runtime/outside.js";
import { sh, start } from "./worker-fixture.js";

const AT = "/run/oci-conform/case";
const container: ContainerCase = { config: { ociVersion: "1.0.2" } };
const subject: RuntimeCase = { format: "oci-conform/runtime-case@1", title: "t", aims: [], containers: [container], steps: [] };

/** What a script changes around a case's containers. */
async function changes(t: Test, script: string) {
  const worker = await start(t);
  const looks = lookAround(subject);
  const prepare = `mkdir -p ${AT}/b0/rootfs/dev ${AT}/fixtures/out ${AT}/hooks; cd ${AT}/fixtures; echo one > file; echo two > b; ln -s file link; mkfifo fifo`;
  const answers = await worker.run([sh(prepare), ...looks, sh(`cd ${AT}; ${script}`), ...looks]);
  const [, ...rest] = answers;
  return changesOf(rest.slice(0, looks.length), rest.slice(looks.length + 1));
}
t.test("nothing", async (t) => t.same(await changes(t, "true"), []));

t.test("the root file systems, hooks' records and PID files do not count", async (t) =>
  t.same(
    await changes(t, "touch b0/rootfs/dev/null hooks/x.json pid0; chmod 700 b0/rootfs; echo x > /dev/null; ls fixtures > /dev/null"),
    [],
  ),
);

t.test("what is made", async (t) => {
  const made = await changes(
    t,
    "mkdir -m 755 fixtures/out/shm; ln -s /proc/self/fd fixtures/out/fd; mkdir -m 700 b0/new; mkdir é; touch /dev/new",
  );
  t.same(
    made.map(({ path, before, after }) => [path, before, after?.split(", sha256")[0]]),
    [
      [`${AT}/b0/new`, null, "a directory, mode 0700, owner 0:0"],
      [`${AT}/fixtures/out/fd`, null, "a link to /proc/self/fd, owner 0:0"],
      [`${AT}/fixtures/out/shm`, null, "a directory, mode 0755, owner 0:0"],
      [`${AT}/é`, null, "a directory, mode 0755, owner 0:0"],
      ["/dev/new", null, made.at(-1)?.after],
    ],
  );
});

t.test("what is removed, changed and replaced", async (t) => {
  const found = await changes(t, "cd fixtures; echo won > file; mv b c; mv c b; rm link fifo; chown 5:6 out; echo two > other; mv other b");
  const [b, file, fifo, link, out] = ["b", "file", "fifo", "link", "out"].map((name) =>
    found.find(({ path }) => path === `${AT}/fixtures/${name}`),
  );
  t.equal(b?.after, `${b?.before}, another in its place`);
  t.not(file?.after, file?.before);
  t.match(fifo, { before: "a FIFO, mode 0644, owner 0:0", after: null });
  t.match(link, { before: "a link to file, owner 0:0", after: null });
  t.match(out, { before: "a directory, mode 0755, owner 0:0", after: "a directory, mode 0755, owner 5:6" });
  t.equal(found.length, 5);
});

t.test("what is written anew with the same content", async (t) => {
  const [change] = await changes(t, "touch -d @1 fixtures/file");
  t.equal(change?.after, `${change?.before}, written anew`);
});
