/** config-linux.md, "Network Devices". */
import fc, { type Arbitrary } from "fast-check";

import { oneOf } from "../../generators/choices.js";
import { type CaseOptions, caseOf, containerOf, minimalConfig } from "../../generators/runtime/base.js";
import { faultCase } from "../../generators/runtime/invalid/input.js";
import { namespacePath } from "../../generators/runtime/namespaces/namespaces.js";
import { lifecycle } from "../../generators/runtime/steps.js";
import type { Fixture, RuntimeCase } from "../../runners/runtime/case.js";
import type { RuntimeFacts } from "../../runners/runtime/facts.js";
import type { NetworkInterface } from "../../runners/runtime/observation.js";
import type { Config, Linux } from "../../spec/runtime/config.js";
import { combine, type ExplainedResult, equal, expectThat, type Judgement, notApplicable } from "../check.js";
import { refuses } from "./refusal.js";
import {
  type CaseView,
  type Check,
  check,
  checkCase,
  example,
  ok,
  section,
  started,
  type Unavailable,
  unavailable,
  type View,
} from "./suite.js";

type Devices = NonNullable<Linux["netDevices"]>;

/** The interfaces that the container's program found when it began. */
function interfacesOf(view: View): readonly NetworkInterface[] | undefined {
  const at = (view.container.attempts ?? []).findIndex((attempt) => attempt.do === "interfaces");
  const result = view.probe?.attempts[at];
  return result?.errno === "0" ? result.interfaces : undefined;
}

/** A name as the config has it; one that ends in `%d` stands for any number. */
const isNamed = (name: string, configured: string): boolean =>
  isTemplate(configured)
    ? name.startsWith(configured.slice(0, -2)) && /^\d+$/.test(name.slice(configured.length - 2))
    : name === configured;

const isTemplate = (name: string): boolean => name.endsWith("%d");

/** A device of the config, by the name that it is to have, and the container's interfaces of that name. */
interface Moved {
  readonly source: string;
  readonly name: string;
  readonly interfaces: readonly NetworkInterface[];
}

/** Judges what became of each device of the config. */
const eachDevice = (id: string, judge: (device: Moved, view: View) => ExplainedResult): Check =>
  check(id, (view) => {
    if (view.testCase.control !== undefined) return notApplicable("the config is faulty on purpose");
    const interfaces = interfacesOf(view);
    if (!interfaces || !started(view)) return notApplicable("the program did not tell its network interfaces");
    return combine(
      Object.entries(view.config.linux?.netDevices ?? {}).map(([source, { name = source }]) =>
        judge({ source, name, interfaces: interfaces.filter((one) => isNamed(one.name, name)) }, view),
      ),
      "no netDevices in the config",
    );
  });

const present = ({ name, interfaces }: Moved): Judgement =>
  expectThat(
    interfaces.length > 0,
    `an interface ${name}`,
    interfaces.map((one) => one.name),
  );

/** As many devices as have this template's name, each with a number of its own. */
function judgeTemplate({ name, interfaces }: Moved, view: View): ExplainedResult {
  if (!isTemplate(name)) return notApplicable("no name with %d in the config");
  const count = Object.values(view.config.linux?.netDevices ?? {}).filter((device) => device.name === name).length;
  return expectThat(
    interfaces.length >= count,
    `${count} interfaces ${name}`,
    interfaces.map((one) => one.name),
  );
}

/** The addresses that the fixture gave to the interface and that are of global scope: those of a link need not be kept. */
const addressesOf = (view: CaseView | View, source: string): readonly string[] =>
  (view.testCase.fixtures ?? []).flatMap((fixture) =>
    fixture.make === "interface" && fixture.name === source ? fixture.addresses.filter((address) => !/^fe[89ab].:/i.test(address)) : [],
  );

function judgeAddresses({ name, source, interfaces }: Moved, view: View): ExplainedResult {
  const addresses = addressesOf(view, source);
  if (addresses.length === 0) return notApplicable("the device has no address of global scope");
  if (isTemplate(name)) return notApplicable("a name with %d, which may be any device's");
  if (interfaces.length === 0) return notApplicable(ABSENT);
  const kept = interfaces.flatMap((one) => one.addresses);
  return expectThat(
    addresses.every((address) => kept.includes(address)),
    addresses,
    kept,
  );
}

type Made = Extract<Fixture, { make: "interface" }>;

/** How the case made a device, or undefined when it did not. */
const madeOf = (view: View, source: string): Made | undefined =>
  (view.testCase.fixtures ?? []).find((each): each is Made => each.make === "interface" && each.name === source);

/** What the case gave to the interface beside addresses, and which the kernel does not change by itself. */
function judgeAttributes({ name, source, interfaces }: Moved, view: View): ExplainedResult {
  const { mtu, alternativeNames } = madeOf(view, source) ?? {};
  if (mtu === undefined && alternativeNames === undefined) return notApplicable("the device has no MTU and no further name from the case");
  if (isTemplate(name)) return notApplicable("a name with %d, which may be any device's");
  const [found] = interfaces;
  if (!found) return notApplicable(ABSENT);
  const wanted = { ...(mtu === undefined ? {} : { mtu }), ...(alternativeNames === undefined ? {} : { alternativeNames }) };
  return equal(
    {
      ...(mtu === undefined ? {} : { mtu: found.mtu ?? null }),
      ...(alternativeNames === undefined ? {} : { alternativeNames: [...(found.alternativeNames ?? [])].sort() }),
    },
    wanted,
  );
}

const ABSENT = "the container has no interface of the device's name";

/** A namespace that outlives the container still holds the device for the next container in it. */
function notMovedBack({ containers: [first, second] }: CaseView): ExplainedResult {
  const pathOf = (view: View | undefined) => view?.config.linux?.namespaces?.find(({ type }) => type === "network")?.path;
  const interfaces = second && interfacesOf(second);
  const configured = Object.entries(first?.config.linux?.netDevices ?? {}).map(([source, { name }]) => name ?? source);
  if (!first || configured.length === 0 || pathOf(first) === undefined || pathOf(first) !== pathOf(second))
    return notApplicable("no two containers in one network namespace with a path, the first of which has netDevices");
  if (!interfaces) return notApplicable("the second program did not tell its network interfaces");
  if (!started(first) || !ok(first.delete)) return notApplicable("the first container was not started and deleted");
  const names = interfaces.map(({ name }) => name);
  return expectThat(
    configured.every((name) => names.some((actual) => isNamed(actual, name))),
    configured,
    names,
  );
}

const configOf = (facts: RuntimeFacts, netDevices: Devices): Config => {
  const base = minimalConfig(facts.target.release);
  return { ...base, linux: { ...base.linux, netDevices } };
};

/** Two containers, one after the other, in a network namespace that exists; the first brings the device. */
function oneAfterTheOther(facts: RuntimeFacts, netDevices: Devices): RuntimeCase {
  const joining = (config: Config): Config => ({
    ...config,
    linux: {
      ...config.linux,
      namespaces: (config.linux?.namespaces ?? []).map(({ type }) =>
        type === "network" ? { type, path: namespacePath("network") } : { type },
      ),
    },
  });
  const first = caseOf(joining(configOf(facts, netDevices)), { title: "a network device in a namespace that outlives the container" });
  return {
    ...first,
    containers: [...first.containers, containerOf(joining(minimalConfig(facts.target.release)), { attempts: [{ do: "interfaces" }] })],
    steps: [...first.steps, ...lifecycle(1)],
  };
}

const SOURCE = "ocinet0";
const OTHER = "ocinet1";

/** Interfaces as they are on hosts: in use when they are moved. */
const INTERFACES: Readonly<Record<string, Partial<Omit<Made, "make" | "name">>>> = {
  "that is up": { up: true, addresses: ["192.0.2.1/24"] },
  "that is up, with an IPv6 address": { up: true, addresses: ["2001:db8::1/64"] },
  "with several addresses of each family": {
    up: true,
    addresses: ["192.0.2.1/24", "192.0.2.7/24", "198.51.100.1/32", "2001:db8::1/64", "2001:db8::7/64", "2001:db8:1::1/128"],
  },
  "with an MTU": { mtu: 1280, addresses: ["192.0.2.1/24"] },
  "that is up, with an MTU and addresses": { up: true, mtu: 9000, addresses: ["192.0.2.1/24", "2001:db8::1/64"] },
  "with alternative names": { alternativeNames: ["an-alternative-name-of-the-device", "ocialt0"], addresses: ["192.0.2.1/24"] },
};

const withVeth = ({ host }: RuntimeFacts, cases: Arbitrary<RuntimeCase>): Arbitrary<RuntimeCase> | Unavailable =>
  host.veth ? cases : unavailable("no network interface can be made here");

const moving = (facts: RuntimeFacts, netDevices: Devices, title: string, options: CaseOptions = {}): RuntimeCase =>
  caseOf(configOf(facts, netDevices), { title, ...options });

export default section("Network devices", [
  eachDevice("runtime.net-devices.available", present),
  eachDevice("runtime.net-devices.name", (device) =>
    isTemplate(device.name) ? notApplicable("no name without %d in the config") : present(device),
  ),
  eachDevice("runtime.net-devices.name-template", judgeTemplate),
  eachDevice("runtime.net-devices.addresses-preserved", judgeAddresses),
  eachDevice("runtime.net-devices.attributes-preserved", judgeAttributes),
  eachDevice("runtime.net-devices.up", ({ interfaces }) =>
    interfaces.length === 0
      ? notApplicable(ABSENT)
      : expectThat(
          interfaces.every(({ up }) => up),
          "up",
          interfaces,
        ),
  ),
  checkCase("runtime.net-devices.not-moved-back", notMovedBack),
  refuses("runtime.net-devices.move-checked"),
  refuses("runtime.net-devices.name-exists-error"),

  example(
    ["runtime.net-devices.available", "runtime.net-devices.name", "runtime.net-devices.addresses-preserved", "runtime.net-devices.up"],
    (facts) =>
      withVeth(
        facts,
        oneOf<Devices[string]>(
          [{}, ...["inside0", SOURCE, "i", "abcdefghijklmno", "with.dot", "with-dash_", "eth0"].map((name) => ({ name }))],
          "device",
        ).map((device) => moving(facts, { [SOURCE]: device }, "a network device")),
      ),
  ),
  example(
    ["runtime.net-devices.available", "runtime.net-devices.addresses-preserved", "runtime.net-devices.attributes-preserved"],
    (facts) =>
      withVeth(
        facts,
        oneOf(Object.keys(INTERFACES), "interface").map((name) =>
          moving(facts, { [SOURCE]: {} }, `a network device ${name}`, {
            fixtures: [{ make: "interface", name: SOURCE, addresses: [], ...INTERFACES[name] }],
          }),
        ),
      ),
  ),
  example("runtime.net-devices.name-template", (facts) =>
    withVeth(
      facts,
      oneOf(["inside%d", "lo%d", "ocinet%d"], "template").chain((name) =>
        oneOf<Devices>([{ [SOURCE]: { name } }, { [SOURCE]: { name }, [OTHER]: { name } }]).map((devices) =>
          moving(facts, devices, "network devices with a number from the kernel"),
        ),
      ),
    ),
  ),
  example("runtime.net-devices.not-moved-back", (facts) =>
    withVeth(
      facts,
      oneOf<Devices[string]>([{}, { name: "inside0" }]).map((device) => oneAfterTheOther(facts, { [SOURCE]: device })),
    ),
  ),
  example("runtime.net-devices.name-exists-error", (facts) =>
    withVeth(
      facts,
      fc.constant(
        faultCase({
          requirement: "runtime.net-devices.name-exists-error",
          path: `/linux/netDevices/${SOURCE}/name`,
          description: "a network device with the name of the loopback interface",
          config: configOf(facts, { [SOURCE]: { name: "lo" } }),
          control: configOf(facts, { [SOURCE]: { name: "lo1" } }),
        }),
      ),
    ),
  ),
  example("runtime.net-devices.move-checked", (facts) =>
    withVeth(
      facts,
      oneOf(["no-such0", "ocinet9"]).map((name) =>
        faultCase({
          requirement: "runtime.net-devices.move-checked",
          path: "/linux/netDevices",
          description: "a network device that there is not",
          config: configOf(facts, { [name]: {} }),
          control: configOf(facts, { [SOURCE]: {} }),
        }),
      ),
    ),
  ),
]);
