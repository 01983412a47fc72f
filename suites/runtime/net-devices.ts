import fc, { type Arbitrary } from "fast-check";

import { type CaseOptions, caseOf, containerOf, minimalConfig } from "../../generators/runtime/base.js";
import { oneOf } from "../../generators/runtime/choose.js";
import { faultCase } from "../../generators/runtime/invalid/input.js";
import { namespacePath } from "../../generators/runtime/namespaces/namespaces.js";
import { lifecycle } from "../../generators/runtime/steps.js";
import type { RuntimeCase } from "../../runners/runtime/case.js";
import type { NetworkInterface } from "../../runners/runtime/observation.js";
import type { Setting } from "../../runners/runtime/target.js";
import type { Config, Linux } from "../../spec/runtime/config.js";
import { type CheckResult, combine, expectThat, type Judgement } from "../check.js";
import { refuses } from "./refusal.js";
import { type CaseView, check, checkCase, example, ok, section, started, type Unavailable, unavailable, type View } from "./suite.js";

type Devices = NonNullable<Linux["netDevices"]>;

/** The interfaces that the container's program found when it began. */
function interfacesOf(view: View): readonly NetworkInterface[] | undefined {
  const at = (view.container.attempts ?? []).findIndex((attempt) => attempt.do === "interfaces");
  const result = view.probe?.attempts[at];
  return result?.errno === "0" ? result.interfaces : undefined;
}

/** A name as the config has it; one that ends in `%d` stands for any number. */
const isNamed = (name: string, wanted: string): boolean =>
  wanted.endsWith("%d") ? name.startsWith(wanted.slice(0, -2)) && /^\d+$/.test(name.slice(wanted.length - 2)) : name === wanted;

/** Judges what became of each configured device; `found` are the interfaces that have its name. */
function each(view: View, judged: (found: readonly NetworkInterface[], wanted: string, source: string) => CheckResult): CheckResult {
  const interfaces = interfacesOf(view);
  if (view.case.control !== undefined || !interfaces || !started(view)) return undefined;
  return combine(
    Object.entries(view.config.linux?.netDevices ?? {}).map(([source, { name }]) => {
      const wanted = name ?? source;
      return judged(
        interfaces.filter((one) => isNamed(one.name, wanted)),
        wanted,
        source,
      );
    }),
  );
}

const present = (found: readonly NetworkInterface[], wanted: string): Judgement =>
  expectThat(
    found.length > 0,
    `an interface ${wanted}`,
    found.map(({ name }) => name),
  );

/** As many devices as have this template's name, each with a number of its own. */
const fromTemplate = (view: View): CheckResult =>
  each(view, (found, wanted) => {
    const { netDevices = {} } = view.config.linux ?? {};
    const many = Object.values(netDevices).filter(({ name }) => name === wanted).length;
    return wanted.endsWith("%d")
      ? expectThat(
          found.length >= many,
          `${many} interfaces ${wanted}`,
          found.map(({ name }) => name),
        )
      : undefined;
  });

/** The addresses that the fixture gave to the interface and that are of global scope: those of a link need not be kept. */
const addressesOf = (view: CaseView | View, source: string): readonly string[] =>
  (view.case.fixtures ?? []).flatMap((fixture) =>
    fixture.make === "interface" && fixture.name === source ? fixture.addresses.filter((address) => !/^fe[89ab].:/i.test(address)) : [],
  );

const preserved = (view: View): CheckResult =>
  each(view, (found, wanted, source) => {
    const addresses = addressesOf(view, source);
    if (addresses.length === 0 || found.length === 0 || wanted.endsWith("%d")) return undefined;
    const kept = found.flatMap((one) => one.addresses);
    return expectThat(
      addresses.every((address) => kept.includes(address)),
      addresses,
      kept,
    );
  });

/** A namespace that outlives the container still holds the device for the next container in it. */
function notMovedBack({ containers: [first, second] }: CaseView): CheckResult {
  const pathOf = (view: View | undefined) => view?.config.linux?.namespaces?.find(({ type }) => type === "network")?.path;
  const interfaces = second && interfacesOf(second);
  const wanted = Object.entries(first?.config.linux?.netDevices ?? {}).map(([source, { name }]) => name ?? source);
  if (!first || !interfaces || wanted.length === 0 || pathOf(first) === undefined || pathOf(first) !== pathOf(second)) return undefined;
  if (!started(first) || !ok(first.delete)) return undefined;
  const names = interfaces.map(({ name }) => name);
  return expectThat(
    wanted.every((name) => names.some((own) => isNamed(own, name))),
    wanted,
    names,
  );
}

const configOf = (setting: Setting, netDevices: Devices): Config => {
  const base = minimalConfig(setting.target.release);
  return { ...base, linux: { ...base.linux, netDevices } };
};

/** Two containers, one after the other, in a network namespace that exists; the first brings the device. */
function oneAfterTheOther(setting: Setting, netDevices: Devices): RuntimeCase {
  const joining = (config: Config): Config => ({
    ...config,
    linux: {
      ...config.linux,
      namespaces: (config.linux?.namespaces ?? []).map(({ type }) =>
        type === "network" ? { type, path: namespacePath("network") } : { type },
      ),
    },
  });
  const first = caseOf(joining(configOf(setting, netDevices)), { title: "a network device in a namespace that outlives the container" });
  return {
    ...first,
    containers: [...first.containers, containerOf(joining(minimalConfig(setting.target.release)), { attempts: [{ do: "interfaces" }] })],
    steps: [...first.steps, ...lifecycle(1)],
  };
}

const SOURCE = "ocinet0";
const OTHER = "ocinet1";

const withVeth = ({ host }: Setting, cases: Arbitrary<RuntimeCase>): Arbitrary<RuntimeCase> | Unavailable =>
  host.veth ? cases : unavailable("no network interface can be made here");

const moving = (setting: Setting, netDevices: Devices, title: string, options: CaseOptions = {}): RuntimeCase =>
  caseOf(configOf(setting, netDevices), { title, ...options });

const id = (name: string): string => `runtime.net-devices.${name}`;

export default section("Network devices", [
  check(id("available"), (view) => each(view, present)),
  check(id("name"), (view) => each(view, (found, wanted) => (wanted.endsWith("%d") ? undefined : present(found, wanted)))),
  check(id("name-template"), fromTemplate),
  check(id("addresses-preserved"), preserved),
  check(id("up"), (view) =>
    each(view, (found) =>
      found.length === 0
        ? undefined
        : expectThat(
            found.every(({ up }) => up),
            "up",
            found,
          ),
    ),
  ),
  checkCase(id("not-moved-back"), notMovedBack),
  refuses(id("move-checked")),
  refuses(id("name-exists-error")),

  example([id("available"), id("name"), id("addresses-preserved"), id("up")], (setting) =>
    withVeth(
      setting,
      oneOf([{}, { name: "inside0" }, { name: SOURCE }, { name: "abcdefghijklmno" }]).map((device) =>
        moving(setting, { [SOURCE]: device }, "a network device"),
      ),
    ),
  ),
  example(id("name-template"), (setting) =>
    withVeth(
      setting,
      oneOf(["inside%d", "lo%d", "ocinet%d"]).chain((name) =>
        fc
          .constantFrom<Devices>({ [SOURCE]: { name } }, { [SOURCE]: { name }, [OTHER]: { name } })
          .map((devices) => moving(setting, devices, "network devices with a number from the kernel")),
      ),
    ),
  ),
  example(id("not-moved-back"), (setting) =>
    withVeth(
      setting,
      oneOf([{}, { name: "inside0" }]).map((device) => oneAfterTheOther(setting, { [SOURCE]: device })),
    ),
  ),
  example(id("name-exists-error"), (setting) =>
    withVeth(
      setting,
      fc.constant(
        faultCase({
          requirement: id("name-exists-error"),
          path: `/linux/netDevices/${SOURCE}/name`,
          description: "a network device with the name of the loopback interface",
          config: configOf(setting, { [SOURCE]: { name: "lo" } }),
          control: configOf(setting, { [SOURCE]: { name: "lo1" } }),
        }),
      ),
    ),
  ),
  example(id("move-checked"), (setting) =>
    withVeth(
      setting,
      oneOf(["no-such0", "ocinet9"]).map((name) =>
        faultCase({
          requirement: id("move-checked"),
          path: "/linux/netDevices",
          description: "a network device that there is not",
          config: configOf(setting, { [name]: {} }),
          control: configOf(setting, { [SOURCE]: {} }),
        }),
      ),
    ),
  ),
]);
