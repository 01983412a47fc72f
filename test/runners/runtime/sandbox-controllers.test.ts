import t, { type Test } from "tap";
import { agentPath } from "../../../runners/runtime/build-native.js";
import { run } from "./agent-fixture.js";
import { cgroupName, withoutCgroups } from "./worker-fixture.js";

/**
 * The host of these tests is a sandbox, whose cgroup is all that those within it see: so nothing is done to the machine's own, and no other
 * run is in the way. `begin NAME VIEW` starts one and returns when it stands, `end NAME` lets it end, `kill_outer NAME` kills the process
 * that would clean up after it.
 */
const HELPERS = `
  root=/sys/fs/cgroup agent=/run/oci-conform/agent
  for controller in $(cat $root/cgroup.controllers) none; do break; done
  [ $controller != none ] || { echo none; exit 0; }
  show() { echo "$(cat $root/cgroup.subtree_control | tr ' ' '\\n' | grep -cx $controller) $(cd $root && ls -d */ | tr -d '\\n' | sed 's/harness.//')"; }
  declare -A pids hold said
  begin() {
    mkfifo /run/in-$1 /run/out-$1
    $agent sandbox --cgroup $2 --cgroup-name oci-conform-$$-$1 -- sh -c 'echo $(cat /sys/fs/cgroup/cgroup.controllers); cat' </run/in-$1 >/run/out-$1 &
    pids[$1]=$!
    exec {fd}>/run/in-$1; hold[$1]=$fd
    exec {fd}</run/out-$1; said[$1]=$fd
    read -r -u $fd sees
  }
  end() { fd=\${hold[$1]}; exec {fd}>&-; wait \${pids[$1]}; }
  kill_outer() {
    kill -KILL \${pids[$1]}; wait \${pids[$1]}
    while read -r _ <$root/oci-conform-$$-$1/harness/cgroup.procs || read -r _ <$root/oci-conform-$$-$1/cgroup.procs; do :; done
  }
  next() { $agent sandbox --cgroup \${1-none} --cgroup-name oci-conform-$$-next -- true; }
  on() { echo +$controller >$root/cgroup.subtree_control; }
  off() { echo -$controller >$root/cgroup.subtree_control; }
`;

/** Whether each line that a script says about that host is as wanted, `CONTROLLER` standing for one that it has. */
function said(t: Test, script: string, ...wanted: readonly string[]): void {
  const arguments_ = ["sandbox", "--cgroup", "v2", "--cgroup-name", cgroupName(), "--", "bash", "-c"];
  const { stdout, stderr, status } = run([agentPath(), ...arguments_, `${HELPERS}\necho $controller $$\n${script}`]);
  const [first = "", ...lines] = stdout.trim().split("\n");
  if (first === "none") {
    t.comment("no controller of cgroup v2 can be had here");
    return;
  }
  const [controller = "", pid = ""] = first.split(" ");
  t.equal(status, 0, stderr);
  t.strictSame(
    lines.map((line) => line.replaceAll(controller, "CONTROLLER").replaceAll(`-${pid}-`, "-").trim()),
    wanted,
  );
}

t.test("what the host hands to its groups stays", { skip: withoutCgroups }, async (t) => {
  said(t, "on; begin a v2; show; end a; show", "1 oci-conform-a/", "1");
});

t.test("what is enabled for a run is undone after it", { skip: withoutCgroups }, async (t) => {
  said(
    t,
    'off; show; begin a v2; echo "a sees $sees"; show; end a; show',
    "0",
    "a sees CONTROLLER",
    "1 oci-conform-a/oci-conform-undo-CONTROLLER/",
    "0",
  );
});

t.test("of two runs the last one undoes it, whichever enabled it", { skip: withoutCgroups }, async (t) => {
  said(t, "off; begin a v2; begin b host; end a; show; end b; show", "1 oci-conform-b/oci-conform-undo-CONTROLLER/", "0");
});

t.test("after a kill the next run undoes it, with whatever view, and removes the groups", { skip: withoutCgroups }, async (t) => {
  const left = "1 oci-conform-a/oci-conform-undo-CONTROLLER/";
  for (const view of ["none", "v1", "v2", "host"]) said(t, `off; begin a v2; kill_outer a; show; next ${view}; show`, left, "0");
  said(t, "off; begin a v2; begin b v2; kill_outer a; next; show; end b; show", "1 oci-conform-b/oci-conform-undo-CONTROLLER/", "0");
});

t.test("nothing is enabled under a run that began without it", { skip: withoutCgroups }, async (t) => {
  said(
    t,
    'off; begin a host; begin b v2; echo "b sees $sees."; show; end a; end b; show',
    "b sees .",
    "0 oci-conform-a/oci-conform-b/",
    "0",
  );
});

t.test("what others have come to use stays, and nothing of ours with it", { skip: withoutCgroups }, async (t) => {
  said(
    t,
    `off; begin a v2; mkdir $root/idle $root/other
     for file in $root/other/$controller.*.max $root/other/$controller.max; do [ ! -f $file ] || { echo 0 >$file; break; }; done
     end a; show
     rmdir $root/other; next; show`,
    "1 idle/other/",
    "1 idle/",
  );
  said(t, "off; begin a v2; mkdir -p $root/idle/below; echo +$controller >$root/idle/cgroup.subtree_control; end a; show", "1 idle/");
});
