import t from "tap";

import { namespacePath } from "../../../generators/runtime/namespaces/namespaces.js";
import type { NetworkInterface, Observation } from "../../../runners/runtime/observation.js";
import type { Linux } from "../../../spec/runtime/config.js";
import netDevices from "../../../suites/runtime/net-devices.js";
import { viewsOf } from "../../../suites/runtime/suite.js";
import { exampleProblems, lacks } from "./examples.js";
import { type Canned, caseViewOf, factsOf, faulty, hostOf, linuxOf, ran, TARGET, verdictBy } from "./fixture.js";

const verdict = verdictBy.bind(null, netDevices);

const ADDRESSES = ["192.0.2.1/24", "2001:db8::1/64"];
const device = (name: string, up = true, addresses: readonly string[] = ADDRESSES): NetworkInterface => ({ name, up, addresses });

const of = (devices: NonNullable<Linux["netDevices"]>, ...interfaces: NetworkInterface[]): Canned => ({
  config: linuxOf({ netDevices: devices }),
  case: { fixtures: [{ make: "interface", name: "ocinet0", addresses: ADDRESSES }] },
  container: { attempts: [{ do: "interfaces" }] },
  inside: { attempts: [{ errno: "0", interfaces }] },
});

t.test("runtime.net-devices.available", async (t) => {
  for (const id of ["runtime.net-devices.available", "runtime.net-devices.name"]) {
    t.equal(verdict(id, of({ ocinet0: {} }, device("lo"), device("ocinet0"))), "pass");
    t.equal(verdict(id, of({ ocinet0: { name: "eth7" } }, device("eth7"))), "pass");
    t.equal(verdict(id, of({ ocinet0: { name: "eth7" } }, device("ocinet0"))), "fail", "the name outside");
    t.equal(verdict(id, of({ ocinet0: {} }, device("lo"))), "fail");
    t.equal(verdict(id, of({}, device("lo"))), undefined);
    t.equal(verdict(id, { config: linuxOf({ netDevices: { ocinet0: {} } }) }), undefined, "nobody listed them");
  }
});

t.test("runtime.net-devices.name-template", async (t) => {
  const devices = { ocinet0: { name: "in%d" }, ocinet1: { name: "in%d" } };
  t.equal(verdict("runtime.net-devices.name-template", of(devices, device("in0"), device("in1"))), "pass");
  t.equal(verdict("runtime.net-devices.name-template", of(devices, device("in0"), device("ocinet1"))), "fail");
  t.equal(
    verdict("runtime.net-devices.name-template", of({ ocinet0: { name: "in%d" } }, device("in%d"))),
    "fail",
    "taken as it is written",
  );
  t.equal(verdict("runtime.net-devices.name-template", of({ ocinet0: {} }, device("ocinet0"))), undefined);
  t.equal(verdict("runtime.net-devices.name", of(devices, device("in0"))), undefined, "a template is no name");
});

t.test("runtime.net-devices.addresses-preserved", async (t) => {
  const name = "runtime.net-devices.addresses-preserved";
  t.equal(verdict(name, of({ ocinet0: {} }, device("ocinet0", true, [...ADDRESSES, "fe80::1/64"]))), "pass");
  t.equal(verdict(name, of({ ocinet0: {} }, device("ocinet0", true, ADDRESSES.slice(0, 1)))), "fail");
  t.equal(verdict(name, of({ ocinet0: {} }, device("lo"))), undefined, "not there at all");
  const linked = (...addresses: string[]): Canned => ({
    ...of({ ocinet0: {} }, device("ocinet0")),
    case: { fixtures: [{ make: "interface", name: "ocinet0", addresses }] },
  });
  t.equal(verdict(name, linked(...ADDRESSES, "fe80::7/64")), "pass", "of the link's scope");
  t.equal(verdict(name, linked("fe80::7/64")), undefined, "nothing to be kept");
  t.equal(verdict(name, linked(...ADDRESSES, "2001:db8::fe80/64")), "fail");
});

t.test("runtime.net-devices.attributes-preserved", async (t) => {
  const id = "runtime.net-devices.attributes-preserved";
  const [mtu, alternativeNames] = [1280, ["also", "further"]];
  const given = (found: Partial<NetworkInterface>, made: object = { mtu, alternativeNames }): Canned => ({
    ...of({ ocinet0: {} }, { ...device("ocinet0"), ...found }),
    case: { fixtures: [{ make: "interface", name: "ocinet0", addresses: ADDRESSES, ...made }] },
  });
  t.equal(verdict(id, given({ mtu, alternativeNames: ["further", "also"] })), "pass");
  t.equal(verdict(id, given({ mtu: 1500, alternativeNames })), "fail");
  t.equal(verdict(id, given({ mtu, alternativeNames: ["also"] })), "fail");
  t.equal(verdict(id, given({ mtu: 1500, alternativeNames: [] }, {})), undefined, "nothing but addresses was given to it");
  t.equal(verdict(id, of({ ocinet0: {} }, device("lo"))), undefined);
});

t.test("runtime.net-devices.up", async (t) => {
  t.equal(verdict("runtime.net-devices.up", of({ ocinet0: {} }, device("ocinet0"))), "pass");
  t.equal(verdict("runtime.net-devices.up", of({ ocinet0: {} }, device("ocinet0", false))), "fail");
  t.equal(verdict("runtime.net-devices.up", of({ ocinet0: {} }, device("lo"))), undefined);
});

t.test("runtime.net-devices.not-moved-back", async (t) => {
  const joined = (netDevices?: Linux["netDevices"]) =>
    linuxOf({ namespaces: [{ type: "network", path: namespacePath("network") }], ...(netDevices ? { netDevices } : {}) });
  const two = (left: readonly NetworkInterface[], first = ran()) => {
    const base = caseViewOf({ ...of({ ocinet0: {} }), config: joined({ ocinet0: {} }), delete: first });
    const second = caseViewOf({ ...of({}, ...left), config: joined() });
    const container = second.containers[0]?.container;
    const seen = second.observation.containers[0];
    if (!container || !seen) throw new Error("a canned run has a container");
    const shifted = second.testCase.steps.map((step) => ("container" in step ? { ...step, container: 1 } : step));
    const observation: Observation = {
      ...base.observation,
      steps: [...base.observation.steps, ...second.observation.steps],
      containers: [...base.observation.containers, seen],
    };
    const subject = { ...base.testCase, containers: [...base.testCase.containers, container], steps: [...base.testCase.steps, ...shifted] };
    return viewsOf(subject, observation, { host: hostOf(), target: TARGET });
  };
  t.equal(verdict("runtime.net-devices.not-moved-back", two([device("lo"), device("ocinet0")])), "pass");
  t.equal(verdict("runtime.net-devices.not-moved-back", two([device("lo")])), "fail");
  t.equal(verdict("runtime.net-devices.not-moved-back", two([device("lo")], ran(1))), undefined, "not deleted");
  t.equal(verdict("runtime.net-devices.not-moved-back", of({ ocinet0: {} }, device("ocinet0"))), undefined, "one container");
});

t.test("errors", async (t) => {
  for (const id of ["runtime.net-devices.move-checked", "runtime.net-devices.name-exists-error"]) {
    const aims = { case: { aims: [id] } };
    t.equal(verdict(id, faulty(linuxOf({}), ran(1), aims)), "pass");
    t.equal(verdict(id, faulty(linuxOf({}), ran(0), aims)), "fail");
    t.equal(verdict(id, faulty(linuxOf({}), ran(0))), undefined);
  }
});

t.test("examples", async (t) => {
  t.same(exampleProblems(netDevices, factsOf()), []);
  t.equal(lacks(netDevices, factsOf({ veth: false })).length, netDevices.examples.length);
});
