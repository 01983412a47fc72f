import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { neededBy } from "../../../runners/client/equip.js";
import { hiddenPlaces } from "../../../runners/client/hidden.js";

t.test("a program needs what it is, what lies beside its directory, and its interpreter", async (t) => {
  const home = mkdtempSync(join(tmpdir(), "oci-conform-test-"));
  t.teardown(() => rmSync(home, { recursive: true, force: true }));
  for (const path of ["python/bin", "python/lib", "env/bin", "env/lib", ".docker"]) mkdirSync(join(home, path), { recursive: true });
  writeFileSync(join(home, "python/bin/python3"), "\x7fELF");
  symlinkSync(join(home, "python/bin/python3"), join(home, "env/bin/python"));
  writeFileSync(join(home, "env/pyvenv.cfg"), "");
  writeFileSync(join(home, "env/bin/tool"), `#!${home}/env/bin/python -I\nmain()\n`);
  t.same(
    neededBy(join(home, "env/bin/tool"))
      .map((path) => path.slice(home.length + 1))
      .sort(),
    ["env/bin/python", "env/bin/tool", "env/lib", "env/pyvenv.cfg", "python/bin/python3", "python/lib"],
  );
  writeFileSync(join(home, "lone"), "#! /bin/sh\n");
  t.ok(neededBy(join(home, "lone")).includes("/bin/sh"));
  writeFileSync(join(home, "circle"), `#!${home}/circle\n`);
  t.same(neededBy(join(home, "circle")), [join(home, "circle")]);
  t.same(neededBy(join(home, "none")), []);
  mkdirSync(join(home, "manager/shims"), { recursive: true });
  writeFileSync(join(home, "manager/shims/tool"), "#!/usr/bin/env -S sh -e\n");
  const needed = neededBy(join(home, "manager/shims/tool"));
  t.ok(needed.includes(join(home, "manager")), "what a shim leads to lies below its manager");
  t.ok(
    needed.some((path) => path.endsWith("/sh")),
    "the interpreter that env finds",
  );
});

t.test("what is somebody's is hidden, and the system is not", async (t) => {
  const places = hiddenPlaces({
    HOME: "/var/jenkins_home/",
    XDG_CONFIG_HOME: "/etc/xdg-of-somebody",
    REGISTRY_AUTH_FILE: "/srv/auth.json",
    DOCKER_CONFIG: "relative",
    XDG_DATA_HOME: "/usr/share",
  });
  for (const path of [
    "/root",
    "/home",
    "/run",
    "/tmp",
    "/etc/containers",
    "/var/lib/containers",
    "/var/jenkins_home",
    "/etc/xdg-of-somebody",
    "/srv/auth.json",
  ])
    t.ok(places.includes(path), path);
  for (const path of ["/", "/usr", "/usr/share", "/usr/bin", "/etc", "/var", "relative", ""]) t.notOk(places.includes(path), path);
  const ofRoot = hiddenPlaces({ HOME: "/" });
  t.ok(ofRoot.includes("/.docker"));
  t.notOk(ofRoot.includes("/"));
});
