import { execFileSync } from "node:child_process";
import { cpSync, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t, { type Test } from "tap";
import type { Results } from "../../../../../reports/results/results.js";
import { conform, installed, withoutRoot } from "../../../process.js";

const need = (...programs: readonly string[]): string | false =>
  withoutRoot || (programs.every(installed) ? false : `needs ${programs.join(" and ")}`);

/** A root filesystem with one of each kind of file that any tool can pack. */
function rootfs(directory: string): string {
  const root = join(directory, "rootfs");
  mkdirSync(join(root, "etc"), { recursive: true });
  mkdirSync(join(root, "x".repeat(90), "y".repeat(90)), { recursive: true });
  writeFileSync(join(root, "etc", "file"), "content");
  writeFileSync(join(root, "x".repeat(90), "y".repeat(90), "\u00e9"), "far down");
  linkSync(join(root, "etc", "file"), join(root, "etc", "hard"));
  symlinkSync("file", join(root, "etc", "soft"));
  return root;
}

/** The levels of what failed, by id. Nobody's layouts are perfect: what only warns is known, and true. */
async function failures(t: Test, path: string): Promise<readonly string[]> {
  const { code, stdout, stderr } = await conform("image", path, "--report", "json");
  t.equal(stderr, "");
  t.equal(code, 0, path);
  const results: Results = JSON.parse(stdout);
  t.ok(results.summary.pass > 35, `${results.summary.pass} pass`);
  return results.requirements.filter(({ verdict }) => verdict === "fail").map(({ level, id }) => `${level} ${id}`);
}

const KNOWN = [
  "SHOULD image.descriptor.manifest-platform",
  "SHOULD image.manifest.media-type-used",
  "SHOULD image.index.media-type-used",
  "SHOULD image.layer.whiteouts-first",
] as const;

const sound = async (t: Test, path: string): Promise<void> => {
  const known: readonly string[] = KNOWN;
  t.strictSame(
    (await failures(t, path)).filter((each) => !known.includes(each)),
    [],
    path,
  );
};

t.test("what umoci and skopeo make has no finding", { skip: need("umoci", "skopeo") }, async (t) => {
  const directory = t.testdir();
  const run = (program: string, ...args: readonly string[]): void => {
    execFileSync(program, args, { cwd: directory, env: { ...process.env, HOME: directory }, stdio: "pipe", timeout: 600_000 });
  };
  run("umoci", "init", "--layout", "umoci");
  run("umoci", "new", "--image", "umoci:a");
  run("umoci", "unpack", "--image", "umoci:a", "bundle");
  cpSync(rootfs(directory), join(directory, "bundle", "rootfs"), { recursive: true, verbatimSymlinks: true });
  run("umoci", "repack", "--image", "umoci:a", "bundle");
  run("umoci", "config", "--image", "umoci:a", "--config.cmd=/bin/true", "--config.env=A=b", "--config.label=com.example.a=b");
  // A second layer, with a whiteout.
  run("umoci", "unpack", "--image", "umoci:a", "again");
  run("rm", join(directory, "again", "rootfs", "etc", "soft"));
  run("umoci", "repack", "--image", "umoci:b", "again");
  for (const [kind, name] of [
    ["oci", "skopeo"],
    ["oci-archive", "skopeo.tar"],
    ["docker-archive", "docker.tar"],
  ])
    run("skopeo", "copy", "--insecure-policy", "oci:umoci:b", `${kind}:${name}:example.com/a:b`);
  run("gzip", "-k", join(directory, "skopeo.tar"));
  // Without compression, by Docker's media types, and back from its archive.
  run("skopeo", "copy", "--insecure-policy", "--dest-decompress", "oci:umoci:b", "oci:plain:b");
  run("skopeo", "copy", "--insecure-policy", "--format", "v2s2", "oci:umoci:b", "oci:docker-types:b");
  run("skopeo", "copy", "--insecure-policy", "docker-archive:docker.tar", "oci:back:b");
  for (const name of ["umoci", "skopeo", "skopeo.tar", "skopeo.tar.gz", "docker.tar", "plain", "docker-types", "back"])
    await sound(t, join(directory, name));
});

t.test("what buildah and podman make has no finding", { skip: need("buildah", "podman") }, async (t) => {
  const directory = t.testdir();
  rootfs(directory);
  // podman takes no long names for it.
  const runroot = mkdtempSync(join(tmpdir(), "oc-"));
  t.teardown(() => rmSync(runroot, { recursive: true, force: true }));
  const storage = ["--root", join(directory, "storage"), "--runroot", runroot, "--storage-driver", "vfs"];
  const run = (program: string, ...args: readonly string[]): void => {
    execFileSync(program, [...storage, ...args], {
      cwd: directory,
      env: { ...process.env, HOME: directory },
      stdio: "pipe",
      timeout: 600_000,
    });
  };
  writeFileSync(
    join(directory, "Containerfile"),
    'FROM scratch\nCOPY rootfs /\nENV A=b\nEXPOSE 80\nVOLUME /v\nLABEL com.example.a=b\nCMD ["/x"]\n',
  );
  run("buildah", "bud", "--isolation", "chroot", "--layers", "-t", "localhost/a:b", ".");
  run("buildah", "push", "localhost/a:b", "oci:buildah:b");
  run("buildah", "push", "localhost/a:b", "docker-archive:buildah.tar:a:b");
  run("podman", "save", "--format", "oci-archive", "-o", "podman.tar", "localhost/a:b");
  run("podman", "save", "--format", "oci-dir", "-o", "podman", "localhost/a:b");
  run("podman", "save", "--format", "docker-archive", "-o", "docker.tar", "localhost/a:b");
  // A third layer that removes and replaces, an index of both images, and zstd.
  writeFileSync(join(directory, "Containerfile"), "FROM localhost/a:b\nADD rootfs/etc/file /etc\nCOPY rootfs/etc /etc\n");
  run("buildah", "bud", "--isolation", "chroot", "--layers", "--annotation", "com.example.a=b", "-t", "localhost/c:d", ".");
  run("buildah", "push", "--compression-format", "zstd", "localhost/c:d", "oci:zstd:d");
  run("buildah", "manifest", "create", "localhost/list:1");
  for (const name of ["a:b", "c:d"])
    run(
      "buildah",
      "manifest",
      "add",
      "localhost/list:1",
      `containers-storage:[vfs@${join(directory, "storage")}+${runroot}]localhost/${name}`,
    );
  run("buildah", "manifest", "push", "--all", "localhost/list:1", "oci-archive:list.tar:1");
  run("podman", "save", "-m", "--format", "docker-archive", "-o", "both.tar", "localhost/a:b", "localhost/c:d");
  for (const name of ["buildah", "buildah.tar", "podman.tar", "podman", "docker.tar", "zstd", "list.tar", "both.tar"])
    await sound(t, join(directory, name));
});
