/** config.md, "User", "Hostname", "Domainname". */
import fc from "fast-check";
import { groupsOf, oneOf } from "../../../generators/choices.js";
import { caseOf, minimalConfig } from "../../../generators/runtime/base.js";
import { HOSTNAMES } from "../../../generators/runtime/names.js";
import { gids, largeIds, UMASKS, uids } from "../../../generators/runtime/process/user.js";
import { oneText } from "../../../generators/runtime/rows.js";
import type { Config } from "../../../spec/runtime/config.js";
import { type ExplainedResult, equal, expectThat, notApplicable } from "../../check.js";
import { SUBSET } from "../refusal.js";
import { check, example, NO_REPORT, section, unavailable, type View } from "../suite.js";
import { checkProcess, withProcess } from "./process.js";

const createUmask = (view: View): number => {
  const step = view.testCase.steps.find((each) => each.op === "create" && each.container === view.index);
  return step?.op === "create" ? (step.umask ?? 0o022) : 0o022;
};

/** The container has a UTS namespace that its config asks for, and nothing else names it. */
const ownUts = ({ linux }: Config): boolean => linux?.namespaces?.some(({ type }) => type === "uts") ?? false;

/** Judges a name that the program found. No attempt of the probe changed it before: attempts come last. */
function named(view: View, property: "hostname" | "domainname", actual: "nodename" | "domainname"): ExplainedResult {
  const name = view.config[property];
  if (view.container.configText !== undefined) return notApplicable("config.json is another one than the config");
  if (name === undefined) return notApplicable(`no ${property} in the config`);
  if (!ownUts(view.config)) return notApplicable("the config asks for no UTS namespace");
  return view.probe ? equal(view.probe.uname[actual], name) : notApplicable(NO_REPORT);
}

export default section("User, host name", [
  checkProcess("runtime.user.uid", ({ user: { uid } }, { uid: { real, effective, saved } }) =>
    equal({ real, effective, saved }, { real: uid, effective: uid, saved: uid }),
  ),
  checkProcess("runtime.user.gid", ({ user: { gid } }, { gid: { real, effective, saved } }) =>
    equal({ real, effective, saved }, { real: gid, effective: gid, saved: gid }),
  ),
  checkProcess("runtime.user.additional-gids", ({ user: { additionalGids = [] } }, { groups, gid: { real } }) => {
    if (additionalGids.length === 0) return notApplicable("no additionalGids in the config");
    const missing = additionalGids.filter((gid) => !groups.includes(gid) && real !== gid);
    return expectThat(missing.length === 0, additionalGids, groups, "groups of the process");
  }),
  checkProcess("runtime.user.umask", ({ user }, { umask: actual }) =>
    user.umask === undefined ? notApplicable("no umask in the config") : equal(actual, user.umask),
  ),
  checkProcess("runtime.user.umask-unchanged", ({ user }, { umask: actual }, view) =>
    user.umask === undefined ? equal(actual, createUmask(view)) : notApplicable("a umask in the config"),
  ),
  example(["runtime.user.uid", "runtime.user.gid"], ({ host, target }) =>
    fc
      .tuple(oneOf(uids(host), "user"), oneOf(gids(host), "group"))
      .map(([uid, gid]) => caseOf(withProcess(target.release, { user: { uid, gid } }), { title: "a user and a group" })),
  ),
  example(["runtime.user.uid", "runtime.user.gid"], ({ host, target }) =>
    largeIds(host).length === 0
      ? unavailable("no ids beyond 2^31 exist in the harness's user namespace")
      : oneOf(largeIds(host), "id").map((id) =>
          caseOf(withProcess(target.release, { user: { uid: id, gid: id } }), { title: "a user beyond 2^31", mayRefuse: SUBSET }),
        ),
  ),
  example(["runtime.user.additional-gids"], ({ host, target }) =>
    host.outside.setgroups === "deny"
      ? unavailable("the sandbox's user namespace does not allow supplementary groups")
      : groupsOf(gids(host), 20, "group").map((additionalGids) =>
          caseOf(withProcess(target.release, { user: { uid: 0, gid: 0, additionalGids } }), { title: "additional groups" }),
        ),
  ),
  example(["runtime.user.umask"], ({ target }) =>
    oneOf(UMASKS, "umask").map((mask) =>
      caseOf(withProcess(target.release, { user: { uid: 0, gid: 0, umask: mask } }), { title: "a umask" }),
    ),
  ),
  example(["runtime.user.umask-unchanged"], ({ target }) =>
    oneOf([0o022, 0o027, 0o077, 0o002], "umask").map((mask) =>
      caseOf(minimalConfig(target.release), { title: "the caller's umask", umask: mask }),
    ),
  ),

  check("runtime.hostname.set", (view) => named(view, "hostname", "nodename")),
  check("runtime.domainname.set", (view) => named(view, "domainname", "domainname")),
  example(["runtime.hostname.set"], ({ target }) =>
    oneText(HOSTNAMES, "host name").map((name) => caseOf({ ...minimalConfig(target.release), hostname: name }, { title: "a host name" })),
  ),
  example(["runtime.domainname.set"], ({ target }) =>
    oneText(HOSTNAMES, "domain name").map((name) =>
      caseOf({ ...minimalConfig(target.release), domainname: name }, { title: "a domain name" }),
    ),
  ),
]);
