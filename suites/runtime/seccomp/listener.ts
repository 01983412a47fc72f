/** config-linux.md, "Seccomp": listenerPath and listenerMetadata, and "The Container Process State". */
import fc from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import { type CaseOptions, caseOf, minimalConfig } from "../../../generators/runtime/base.js";
import { faultCase, hasTabledFault, tabledFault } from "../../../generators/runtime/invalid/input.js";
import { oneText } from "../../../generators/runtime/rows.js";
import { FIXTURES, idOf, type RuntimeCase } from "../../../runners/runtime/case.js";
import type { RuntimeFacts } from "../../../runners/runtime/facts.js";
import type { SeccompDelivery } from "../../../runners/runtime/observation.js";
import { parsed } from "../../../runners/runtime/observe.js";
import type { Config, Seccomp } from "../../../spec/runtime/config.js";
import { syscallNumber } from "../../../spec/runtime/syscalls.js";
import { validateSeccompState } from "../../../spec/validate.js";
import { combine, type ExplainedResult, equal, expectThat, notApplicable } from "../../check.js";
import { refuses, SUBSET } from "../refusal.js";
import {
  type Check,
  check,
  checkCase,
  example,
  NO_REPORT,
  resultsOf,
  section,
  started,
  type Unavailable,
  unavailable,
  type View,
} from "../suite.js";
import { tried } from "./model.js";

const SOCKET = "seccomp.sock";
const CALL = "getpgid";
/** EPROTO: nothing but the agent's answer makes the call fail so. */
const ANSWER = { number: 71, name: "EPROTO" } as const;

const notifying = (path: string, metadata?: string): Seccomp => ({
  defaultAction: "SCMP_ACT_ALLOW",
  listenerPath: path,
  ...(metadata === undefined ? {} : { listenerMetadata: metadata }),
  syscalls: [{ names: [CALL], action: "SCMP_ACT_NOTIFY" }],
});

const withSeccomp = (release: string, seccomp: Seccomp): Config => {
  const base = minimalConfig(release);
  return { ...base, linux: { ...base.linux, seccomp } };
};

const unable = ({ host }: RuntimeFacts): Unavailable | undefined =>
  host.seccompActions.includes("user_notif") ? undefined : unavailable("the kernel has no seccomp notifications");

/** A case with a listener; the agent that the path calls for is there only where the example says so. */
const listened = (config: Config, agent: boolean, options: CaseOptions): RuntimeCase => ({
  ...caseOf(config, options),
  fixtures: agent ? [{ make: "seccomp-agent", path: SOCKET, errno: ANSWER.number }] : [],
});

/** A container whose filter asks an agent that listens and answers. */
const asking = ({ host, target }: RuntimeFacts, metadata?: string): RuntimeCase =>
  listened(withSeccomp(target.release, notifying(`${FIXTURES}/${SOCKET}`, metadata)), true, {
    title: "a seccomp agent",
    mayRefuse: SUBSET,
    attempts: [{ do: "syscall", nr: syscallNumber(CALL, host.arch) ?? 0, args: [0] }],
  });

type Fields = Readonly<Record<string, unknown>>;

/** Judges each delivery of a container that ran. */
const eachDelivery = (id: string, judge: (delivery: SeccompDelivery, state: Fields, view: View) => ExplainedResult): Check =>
  checkCase(id, (view) => {
    const [container] = view.containers;
    if (!container || view.containers.length !== 1) return notApplicable("not just one container");
    if (view.testCase.control !== undefined) return notApplicable("the config is faulty on purpose");
    if (!started(container)) return notApplicable("the program was not started");
    return combine(
      view.observation.seccomp.map((delivery) => {
        const state = parsed(delivery.payload);
        return judge(delivery, typeof state === "object" && state !== null ? Object.fromEntries(Object.entries(state)) : {}, container);
      }),
      "no seccomp agent got anything",
    );
  });

export default section("Seccomp listener", [
  check("runtime.seccomp.action.notify", (view) => {
    const agent = view.testCase.fixtures?.find(
      (fixture) => fixture.make === "seccomp-agent" && `${FIXTURES}/${fixture.path}` === view.config.linux?.seccomp?.listenerPath,
    );
    // Only an errno that the call itself never gives tells the agent's answer.
    if (agent?.make !== "seccomp-agent" || agent.errno !== ANSWER.number) return notApplicable("no agent at the config's listenerPath");
    return combine(
      tried(view)
        .filter(({ action }) => action === "SCMP_ACT_NOTIFY")
        .map(({ name, result }) => equal(result.errno, ANSWER.name, `the agent's answer to ${name}`)),
      "the program made no call of which the agent is asked",
    );
  }),
  eachDelivery("runtime.seccomp-listener.one-state-per-connection", ({ payload }) =>
    expectThat(parsed(payload) !== null, "one JSON document", payload),
  ),
  eachDelivery("runtime.seccomp-listener.connection-closed", ({ closedByRuntime }) => equal(closedByRuntime, true)),
  eachDelivery("runtime.seccomp-listener.json-payload", (_, state) => equal(validateSeccompState(state), [])),
  eachDelivery("runtime.seccomp-listener.fds-in-first-message", ({ fdsPerMessage: [first = 0, ...rest] }) =>
    expectThat(first > 0 && rest.every((count) => count === 0), "all descriptors with the first message", [first, ...rest]),
  ),
  eachDelivery("runtime.seccomp-listener.seccomp-fd", ({ isNotifyFd }, { fds }) =>
    equal({ isNotifyFd, named: Array.isArray(fds) && fds.includes("seccompFd") }, { isNotifyFd: true, named: true }),
  ),
  eachDelivery("runtime.seccomp-listener.oci-version", (_, { ociVersion }) =>
    expectThat(typeof ociVersion === "string" && ociVersion !== "", "a release of the spec", ociVersion),
  ),
  eachDelivery("runtime.seccomp-listener.pid", (_, { pid }, view) => {
    if (view.containerObservation.pid === null) return notApplicable("the pid of the container process is not known");
    // Of several containers with the same id only one's is.
    if (resultsOf(view, view.index, "create").length > 1) return notApplicable("the container was created more than once");
    return equal(pid, view.containerObservation.pid);
  }),
  eachDelivery("runtime.seccomp-listener.state", (_, { state }) =>
    equal(typeof state === "object" && state !== null && "id" in state ? state.id : undefined, idOf(0)),
  ),
  eachDelivery("runtime.seccomp-listener.metadata", (_, { metadata }, { config }) => {
    const { listenerMetadata } = config.linux?.seccomp ?? {};
    return listenerMetadata === undefined ? notApplicable("no listenerMetadata in the config") : equal(metadata, listenerMetadata);
  }),
  example(
    [
      "runtime.seccomp.action.notify",
      "runtime.seccomp-listener.one-state-per-connection",
      "runtime.seccomp-listener.connection-closed",
      "runtime.seccomp-listener.json-payload",
      "runtime.seccomp-listener.fds-in-first-message",
      "runtime.seccomp-listener.seccomp-fd",
      "runtime.seccomp-listener.oci-version",
      "runtime.seccomp-listener.pid",
      "runtime.seccomp-listener.state",
    ],
    (facts) => unable(facts) ?? fc.constant(asking(facts)),
  ),
  example(
    "runtime.seccomp-listener.metadata",
    (facts) =>
      unable(facts) ??
      oneText(["metadata", "two words", '{"key":1}', "caf\u00e9\n", "x".repeat(2000)], "metadata").map((metadata) =>
        asking(facts, metadata),
      ),
  ),
  refuses("runtime.seccomp-listener.send-failure-error", { by: "start" }),
  example("runtime.seccomp-listener.send-failure-error", (facts) => {
    const { release } = facts.target;
    const control = withSeccomp(release, { defaultAction: "SCMP_ACT_ALLOW", syscalls: [{ names: [CALL], action: "SCMP_ACT_ERRNO" }] });
    return (
      unable(facts) ??
      oneOf(["no-such.sock", "directory/no-such.sock"], "path").map((path) => {
        const fault = faultCase({
          requirement: "runtime.seccomp-listener.send-failure-error",
          path: "/process/",
          description: "a seccomp agent that is not there",
          config: withSeccomp(release, notifying(`${FIXTURES}/${path}`)),
          control,
        });
        return fault;
      })
    );
  }),
  check("runtime.seccomp-listener.ignored-without-notify", (view) => {
    const seccomp = view.config.linux?.seccomp;
    const aimed = view.testCase.aims.includes("runtime.seccomp-listener.ignored-without-notify");
    if (!aimed || seccomp?.listenerPath === undefined) return notApplicable("no listenerPath without anything to ask in the config");
    if (!started(view) || !view.probe) return notApplicable(NO_REPORT);
    return equal(view.observation.seccomp.length, 0, "states that were sent");
  }),
  example("runtime.seccomp-listener.ignored-without-notify", (facts) =>
    oneOf(unable(facts) ? [false] : [false, true], "agent").map((agent) =>
      listened(
        withSeccomp(facts.target.release, {
          defaultAction: "SCMP_ACT_ALLOW",
          listenerPath: `${FIXTURES}/${SOCKET}`,
          syscalls: [{ names: [CALL], action: "SCMP_ACT_ERRNO" }],
        }),
        agent,
        { title: agent ? "an agent without anything to ask it" : "a listener's path where nobody listens, without anything to ask" },
      ),
    ),
  ),
  refuses("runtime.seccomp-listener.metadata-needs-path"),
  example("runtime.seccomp-listener.metadata-needs-path", ({ host, target }) =>
    hasTabledFault(host, target.release, "runtime.seccomp-listener.metadata-needs-path")
      ? tabledFault(host, target.release, "runtime.seccomp-listener.metadata-needs-path").map((fault) => faultCase(fault, host))
      : unavailable("the release has no listeners"),
  ),
]);
