import t from "tap";

import sysctl from "../../../suites/runtime/sysctl.js";
import { exampleProblems } from "./examples.js";
import { factsOf, linuxOf, tried, verdictBy } from "./fixture.js";

const verdict = verdictBy.bind(null, sysctl);
const ID = "runtime.sysctl.set";
const config = linuxOf({ sysctl: { "net.core.somaxconn": "256" } });
const read = (text: string, errno = "0") =>
  tried([
    { do: "read", path: "/proc/sys/net/core/somaxconn" },
    { errno, text },
  ]);

t.test(ID, async (t) => {
  t.equal(verdict(ID, { config, ...read("256\n") }), "pass");
  t.equal(verdict(ID, { config, ...read("4096\n") }), "fail");
  t.equal(verdict(ID, { config, ...read("", "ENOENT") }), undefined, "unreadable");
  t.equal(verdict(ID, { config }), undefined, "nobody read it");
  t.equal(verdict(ID, { config: { ...config, mounts: [] }, ...read("4096\n") }), undefined, "no /proc of the container's own");
  t.equal(verdict(ID, { config: linuxOf({ ...config.linux, maskedPaths: ["/proc/sys"] }), ...read("") }), undefined, "masked");
  const ranged = linuxOf({ sysctl: { "net.ipv4.ip_local_port_range": "1024 65535" } });
  const tabbed = tried([
    { do: "read", path: "/proc/sys/net/ipv4/ip_local_port_range" },
    { errno: "0", text: "1024\t65535\n" },
  ]);
  t.equal(verdict(ID, { config: ranged, ...tabbed }), "pass", "blanks are blanks");
});

t.test("examples", async (t) => t.same(exampleProblems(sysctl, factsOf()), []));
