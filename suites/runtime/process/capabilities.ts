import fc from "fast-check";
import { caseOf } from "../../../generators/runtime/base.js";
import { lastId } from "../../../generators/runtime/host.js";
import { capabilities as anyCapabilities, grantable } from "../../../generators/runtime/process/capabilities.js";
import { CAPABILITIES } from "../../../spec/runtime/capabilities.js";
import type { CapabilitySets, Config } from "../../../spec/runtime/config.js";
import { equal, expectThat } from "../../check.js";
import { check, example, firstRefusal, section, started, unavailable, type View } from "../suite.js";
import { observed, withProcess } from "./process.js";

const KNOWN: readonly string[] = CAPABILITIES;
/** The five sets; whatever else the object may hold is none of them. */
const SETS = ["bounding", "effective", "inheritable", "permitted", "ambient"] as const;
const sorted = (names: readonly string[]): string[] => [...new Set(names)].sort((a, b) => KNOWN.indexOf(a) - KNOWN.indexOf(b));

/**
 * The configured sets, if every capability in them is one that can be granted, together with what execve(2) makes of
 * permitted and effective: root gets its bounding set, others keep the ambient one.
 */
function configured(view: View) {
  const seen = observed(view);
  const sets = seen?.process.capabilities;
  if (!seen || !sets) return undefined;
  const grant = grantable(view.host);
  if (SETS.some((set) => sets[set]?.some((name) => !grant.includes(name)))) return undefined;
  const root = seen.process.user.uid === 0;
  const afterExec = sorted(root ? [...(sets.bounding ?? []), ...(sets.inheritable ?? [])] : (sets.ambient ?? []));
  return { sets, seen: seen.inside.capabilities, afterExec };
}

/** A set that execve(2) leaves as it is. */
const kept = (name: "bounding" | "inheritable" | "ambient") =>
  check(`runtime.process.capabilities-${name}`, (view) => {
    const known = configured(view);
    const wanted = known?.sets[name];
    return known && wanted ? equal(known.seen[name], sorted(wanted)) : undefined;
  });

/** A set that execve(2) makes anew: judged where it makes what is configured. */
const made = (name: "permitted" | "effective") =>
  check(`runtime.process.capabilities-${name}`, (view) => {
    const known = configured(view);
    const wanted = known?.sets[name];
    if (!known || !wanted || JSON.stringify(sorted(wanted)) !== JSON.stringify(known.afterExec)) return undefined;
    return equal(known.seen[name], known.afterExec);
  });

const withCapabilities = (release: string, sets: CapabilitySets, uid = 0): Config =>
  withProcess(release, { capabilities: sets, user: { uid, gid: uid } });

const SETUID_COPY = "/tmp/setuid-copy";

export default section("Capabilities, no new privileges", [
  kept("bounding"),
  kept("inheritable"),
  kept("ambient"),
  made("permitted"),
  made("effective"),
  example(
    ["bounding", "inheritable", "ambient", "permitted", "effective"].map((name) => `runtime.process.capabilities-${name}`),
    ({ host, target }) =>
      fc
        .constantFrom(0, Math.min(1000, lastId(host)))
        .chain((uid) =>
          anyCapabilities(host, target.release, uid === 0).map((sets) =>
            caseOf(withCapabilities(target.release, sets, uid), { title: "capabilities" }),
          ),
        ),
  ),
  check("runtime.process.capabilities-unknown-no-error", (view) => {
    const names = SETS.flatMap((set) => view.config.process?.capabilities?.[set] ?? []);
    const unknown = names.filter((name) => !KNOWN.includes(name));
    if (unknown.length === 0 || !view.create || view.container.configText !== undefined) return undefined;
    const culprit = firstRefusal([view.create, view.start]);
    if (culprit) return expectThat(false, "the container runs without the capability that cannot be granted", culprit.stderr);
    return started(view) && view.probe ? { verdict: "pass" } : undefined;
  }),
  example(["runtime.process.capabilities-unknown-no-error"], ({ target }) =>
    fc.constantFrom("CAP_NO_SUCH_THING", "CAP_TIME_TRAVEL").map((name) =>
      caseOf(withCapabilities(target.release, { bounding: ["CAP_CHOWN", name], effective: ["CAP_CHOWN"], permitted: ["CAP_CHOWN"] }), {
        title: "a capability that does not exist",
      }),
    ),
  ),

  check("runtime.process.no-new-privileges", (view) => {
    const seen = observed(view);
    if (!seen?.process.noNewPrivileges || seen.inside.noNewPrivileges === null) return undefined;
    const attempt = (view.container.attempts ?? []).findIndex((each) => each.do === "setuid-exec");
    const gained = seen.inside.attempts[attempt];
    // A set-uid program that was executed must have kept its caller's id.
    if (gained?.errno === "0" && gained.value === 0) return expectThat(false, "a set-uid program gains nothing", "it ran as root");
    return equal(seen.inside.noNewPrivileges, true);
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
  check("runtime.process.apparmor-profile", (view) => {
    const seen = observed(view);
    const wanted = seen?.process.apparmorProfile;
    return seen && wanted && seen.inside.apparmor !== null ? equal(seen.inside.apparmor.replace(/ \(.*\)$/, ""), wanted) : undefined;
  }),
  example(["runtime.process.apparmor-profile"], ({ host, target }) =>
    host.apparmor
      ? fc.constant(caseOf(withProcess(target.release, { apparmorProfile: "unconfined" }), { title: "an AppArmor profile" }))
      : unavailable("the host has no AppArmor"),
  ),
  check("runtime.process.selinux-label", (view) => {
    const seen = observed(view);
    const wanted = seen?.process.selinuxLabel;
    return seen && wanted && seen.inside.selinux !== null ? equal(seen.inside.selinux, wanted) : undefined;
  }),
  example(["runtime.process.selinux-label"], ({ host, target }) => {
    const own = host.outside.selinux;
    return host.selinux && own !== null
      ? fc.constant(caseOf(withProcess(target.release, { selinuxLabel: own }), { title: "an SELinux label" }))
      : unavailable("the host has no SELinux");
  }),
]);
