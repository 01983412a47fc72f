import t from "tap";
import { put, REMOVED } from "../../generators/runtime/json.js";
import { ConfigError } from "../../reference-runtime/errors.js";
import { loadConfig } from "../../reference-runtime/load.js";
import { defaultConfig } from "../../reference-runtime/spec.js";

/** The property that is blamed when one of the default config is something else. */
function blamed(path: readonly (string | number)[], value: unknown): string {
  try {
    loadConfig(JSON.stringify(put(defaultConfig(), [...path], value)));
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown.path;
    throw thrown;
  }
  return "accepted";
}

t.test("a valid config is taken, with properties that nobody knows", async (t) => {
  t.same(loadConfig(JSON.stringify(defaultConfig())), defaultConfig());
  t.same(loadConfig(JSON.stringify(defaultConfig({ uid: 1000, gid: 1000 }))), defaultConfig({ uid: 1000, gid: 1000 }));
  t.equal(blamed(["unknown"], { a: 1 }), "accepted");
  for (const version of ["1.0.0", "1.0.2-dev", "1.3.0", "1.3.7"]) t.equal(blamed(["ociVersion"], version), "accepted", version);
});

t.test("what is wrong is named by its path", async (t) => {
  t.throws(() => loadConfig("{"), { message: /^config\.json: / });
  for (const version of ["2.0.0", "99.0.0", "0.9.0", "1.4.0", "1.0", "v1.0.0"])
    t.equal(blamed(["ociVersion"], version), "ociVersion", version);
  t.equal(blamed(["root"], REMOVED), "config.json");
  t.equal(blamed(["process", "cwd"], "relative"), "process.cwd");
  t.equal(blamed(["process", "args"], []), "process.args");
  t.equal(blamed(["process", "rlimits", 0, "type"], "RLIMIT_NO_SUCH"), "process.rlimits[0].type");
  t.equal(blamed(["process", "rlimits", 0, "soft"], 4096), "process.rlimits[0].soft");
  t.equal(blamed(["process", "rlimits", 1], { type: "RLIMIT_NOFILE", soft: 1, hard: 1 }), "process.rlimits[1].type");
  t.equal(blamed(["mounts", 2, "destination"], 7), "mounts[2].destination");
  t.equal(blamed(["linux", "namespaces", 3, "type"], "no-such"), "linux.namespaces[3].type");
  t.equal(blamed(["linux", "namespaces", 6], { type: "pid" }), "linux.namespaces[6].type");
  t.equal(blamed(["linux", "maskedPaths", 1], "proc/kcore"), "linux.maskedPaths[1]");
});

t.test("what would change the host is refused", async (t) => {
  t.equal(blamed(["linux", "namespaces"], [{ type: "mount" }]), "hostname");
  t.equal(blamed(["linux", "sysctl"], { "kernel.core_pattern": "core" }), "linux.sysctl.kernel.core_pattern");
  t.equal(blamed(["linux", "sysctl"], { "net.ipv4.ip_forward": "1" }), "accepted");
  t.equal(blamed(["linux", "uidMappings"], [{ containerID: 0, hostID: 0, size: 1 }]), "linux.uidMappings");
  t.equal(blamed(["linux", "namespaces", 6], { type: "user" }), "linux.uidMappings");
  t.equal(blamed(["linux", "timeOffsets"], { monotonic: { secs: 1 } }), "linux.timeOffsets");
});
