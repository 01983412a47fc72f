/** config.md, "Linux Process": capabilities, noNewPrivileges, apparmorProfile, selinuxLabel. */
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { groupsOf, oneOf } from "../../../generators/choices.js";
import { caseOf } from "../../../generators/runtime/base.js";
import { lastId } from "../../../generators/runtime/host.js";
import { grantable, SETS as HOWS, setsOf } from "../../../generators/runtime/process/capabilities.js";
import { CAPABILITIES } from "../../../spec/runtime/capabilities.js";
import type { CapabilitySets, Config, Process } from "../../../spec/runtime/config.js";
import { equal, expectThat, notApplicable, PASS, unless } from "../../check.js";
import { check, example, firstRefusal, NO_REPORT, section, started, unavailable, type View } from "../suite.js";
import { checkProcess, withProcess } from "./process.js";

const KNOWN: readonly string[] = CAPABILITIES;
/** The five sets; whatever else the object may hold is none of them. */
const SETS = ["bounding", "effective", "inheritable", "permitted", "ambient"] as const;
const sorted = (names: readonly string[]): string[] => [...new Set(names)].sort((a, b) => KNOWN.indexOf(a) - KNOWN.indexOf(b));

/** Why the set is not judged: the config does not have it, or one that cannot be granted is in some set. */
function whyNotGranted({ capabilities = {} }: Process, { host }: View, set: (typeof SETS)[number]): string | undefined {
  if (!capabilities[set]) return `no ${set} capabilities in the config`;
  const grant = grantable(host);
  const ungranted = SETS.flatMap((each) => capabilities[each] ?? []).find((name) => !grant.includes(name));
  return ungranted === undefined ? undefined : `${ungranted} cannot be granted here`;
}

/** What execve(2) makes of permitted and effective: root gets its bounding set, others keep the ambient one. */
const afterExec = ({ capabilities: { bounding = [], inheritable = [], ambient = [] } = {}, user: { uid } }: Process): string[] =>
  sorted(uid === 0 ? [...bounding, ...inheritable] : ambient);

/** A set that execve(2) leaves as it is. */
const kept = (id: string, set: "bounding" | "inheritable" | "ambient") =>
  checkProcess(id, (process, probe, view) =>
    unless(whyNotGranted(process, view, set), () => equal(probe.capabilities[set], sorted(process.capabilities?.[set] ?? []))),
  );

/** A set that execve(2) makes anew: judged where it makes what is configured. */
const made = (id: string, set: "permitted" | "effective") =>
  checkProcess(id, (process, probe, view) =>
    unless(whyNotGranted(process, view, set), () =>
      isDeepStrictEqual(sorted(process.capabilities?.[set] ?? []), afterExec(process))
        ? equal(probe.capabilities[set], afterExec(process))
        : notApplicable(`execve(2) makes another ${set} set than the config's`),
    ),
  );

const withCapabilities = (release: string, sets: CapabilitySets, uid = 0): Config =>
  withProcess(release, { capabilities: sets, user: { uid, gid: uid } });

/** Each way in which sets may stand to one another, of root and of another user. */
const WAYS = HOWS.flatMap((how) => [true, false].map((root) => ({ how, root })));

const SETUID_COPY = "/tmp/setuid-copy";

export default section("Capabilities, no new privileges", [
  kept("runtime.process.capabilities-bounding", "bounding"),
  kept("runtime.process.capabilities-inheritable", "inheritable"),
  kept("runtime.process.capabilities-ambient", "ambient"),
  made("runtime.process.capabilities-permitted", "permitted"),
  made("runtime.process.capabilities-effective", "effective"),
  example(
    [
      "runtime.process.capabilities-bounding",
      "runtime.process.capabilities-inheritable",
      "runtime.process.capabilities-ambient",
      "runtime.process.capabilities-permitted",
      "runtime.process.capabilities-effective",
    ],
    ({ host, target }) =>
      oneOf(WAYS.filter(({ root }) => root || lastId(host) > 0)).chain(({ how, root }) =>
        (grantable(host).length === 0 ? fc.constant([]) : groupsOf(grantable(host), how === "alike" ? 10 : 50, `capability (${how})`)).map(
          (names) =>
            caseOf(withCapabilities(target.release, setsOf(host, names, how, root), root ? 0 : Math.min(1000, lastId(host))), {
              title: `capabilities, ${how}, of ${root ? "root" : "another user"}`,
            }),
        ),
      ),
  ),
  check("runtime.process.capabilities-unknown-no-error", (view) => {
    const names = SETS.flatMap((set) => view.config.process?.capabilities?.[set] ?? []);
    const unknown = names.filter((name) => !KNOWN.includes(name));
    if (view.container.configText !== undefined) return notApplicable("config.json is another one than the config");
    if (unknown.length === 0) return notApplicable("no unknown capability in the config");
    if (!view.create) return notApplicable("the container was not created");
    const refusal = firstRefusal([view.create, view.start]);
    if (refusal) return expectThat(false, "the container runs without the capability that cannot be granted", refusal.stderr);
    return started(view) && view.probe ? PASS : notApplicable(NO_REPORT);
  }),
  example(["runtime.process.capabilities-unknown-no-error"], ({ target }) =>
    oneOf(["CAP_NO_SUCH_THING", "CAP_TIME_TRAVEL", "CAP_CHOWNER", "CAP_9"], "unknown capability").map((name) =>
      caseOf(withCapabilities(target.release, { bounding: ["CAP_CHOWN", name], effective: ["CAP_CHOWN"], permitted: ["CAP_CHOWN"] }), {
        title: "a capability that does not exist",
      }),
    ),
  ),

  checkProcess("runtime.process.no-new-privileges", (process, { noNewPrivileges, attempts }, { container }) => {
    if (!process.noNewPrivileges) return notApplicable("the config does not set noNewPrivileges");
    if (noNewPrivileges === null) return notApplicable("the program could not tell whether it may gain privileges");
    const setuidExec = attempts[(container.attempts ?? []).findIndex((attempt) => attempt.do === "setuid-exec")];
    // A set-uid program that was executed must have kept its caller's id.
    if (setuidExec?.errno === "0" && setuidExec.value === 0) return expectThat(false, "a set-uid program gains nothing", "it ran as root");
    return equal(noNewPrivileges, true);
  }),
  example(["runtime.process.no-new-privileges"], ({ host, target }) =>
    grantable(host).includes("CAP_SETUID")
      ? fc.constant(
          caseOf(
            withProcess(target.release, {
              noNewPrivileges: true,
              capabilities: {
                bounding: ["CAP_SETUID", "CAP_SETGID", "CAP_CHOWN", "CAP_FOWNER"],
                effective: ["CAP_SETUID", "CAP_SETGID", "CAP_CHOWN", "CAP_FOWNER"],
                permitted: ["CAP_SETUID", "CAP_SETGID", "CAP_CHOWN", "CAP_FOWNER"],
              },
            }),
            { title: "no new privileges", attempts: [{ do: "setuid-exec", path: SETUID_COPY }] },
          ),
        )
      : unavailable("the harness may not change user ids"),
  ),
  checkProcess("runtime.process.apparmor-profile", ({ apparmorProfile }, { apparmor }) => {
    if (!apparmorProfile) return notApplicable("no apparmorProfile in the config");
    return apparmor === null ? notApplicable("the host has no AppArmor") : equal(apparmor.replace(/ \(.*\)$/, ""), apparmorProfile);
  }),
  example(["runtime.process.apparmor-profile"], ({ host, target }) =>
    host.apparmor
      ? fc.constant(caseOf(withProcess(target.release, { apparmorProfile: "unconfined" }), { title: "an AppArmor profile" }))
      : unavailable("the host has no AppArmor"),
  ),
  checkProcess("runtime.process.selinux-label", ({ selinuxLabel }, { selinux }) => {
    if (!selinuxLabel) return notApplicable("no selinuxLabel in the config");
    return selinux === null ? notApplicable("the host has no SELinux") : equal(selinux, selinuxLabel);
  }),
  example(["runtime.process.selinux-label"], ({ host, target }) => {
    const label = host.outside.selinux;
    return host.selinux && label !== null
      ? fc.constant(caseOf(withProcess(target.release, { selinuxLabel: label }), { title: "an SELinux label" }))
      : unavailable("the host has no SELinux");
  }),
]);
