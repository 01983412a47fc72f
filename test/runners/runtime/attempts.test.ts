import t from "tap";

import { encodeAttempts } from "../../../runners/runtime/attempts.js";
import type { Attempt } from "../../../runners/runtime/case.js";

t.test("an attempt is a line of fields in the order of its type", async (t) => {
  const lines: readonly (readonly [Attempt, string])[] = [
    [{ do: "read", path: "/a", max: 7 }, "read\t/a\t7"],
    [{ do: "read", path: "/a" }, "read\t/a\t"],
    [{ do: "write", path: "/a", data: "" }, "write\t/a\t"],
    [{ do: "create", path: "/a" }, "create\t/a"],
    [{ do: "chown", path: "/a", uid: 1, gid: 2 }, "chown\t/a\t1\t2"],
    [{ do: "device", path: "/a", mode: "rw" }, "device\t/a\trw"],
    [{ do: "mknod", path: "/a", type: "c", major: 1, minor: 3 }, "mknod\t/a\tc\t1\t3"],
    [{ do: "mount", source: "s", target: "/t", type: "tmpfs", flags: 4096, data: "size=1k" }, "mount\ts\t/t\ttmpfs\t4096\tsize=1k"],
    [{ do: "mount", source: "", target: "/t", type: "", flags: 0 }, "mount\t\t/t\t\t0\t"],
    [{ do: "exec", path: "/a", args: ["a", "", "b"] }, "exec\t/a\ta\t\tb"],
    [{ do: "setuid-exec", path: "/a" }, "setuid-exec\t/a"],
    [{ do: "syscall", nr: 39, args: [] }, "syscall\t39"],
    [{ do: "syscall", nr: 1, args: [2, "x y", -1] }, "syscall\t1\tn2\tsx%20y\tn-1"],
    [{ do: "fork", count: 3 }, "fork\t3"],
    [{ do: "allocate", bytes: 4096 }, "allocate\t4096"],
    [{ do: "sethostname", name: "n" }, "sethostname\tn"],
    [{ do: "shm", key: 5, create: true }, "shm\t5\t1"],
    [{ do: "shm", key: 5, create: false }, "shm\t5\t0"],
    [{ do: "openpty", path: "/dev/ptmx" }, "openpty\t/dev/ptmx"],
    [{ do: "kill", pid: 1, signal: 0 }, "kill\t1\t0"],
    [{ do: "interfaces" }, "interfaces"],
  ];
  for (const [attempt, line] of lines) t.equal(encodeAttempts([attempt]), `${line}\n`);
  t.equal(encodeAttempts(lines.map(([attempt]) => attempt)), lines.map(([, line]) => `${line}\n`).join(""));
  t.equal(encodeAttempts([]), "");
});

t.test("bytes that would end a field or a line, and what is beyond ASCII, are encoded", async (t) => {
  const encoded = encodeAttempts([{ do: "write", path: "/a\tb\nc%d", data: "\u0000 ä\u007f" }]);
  t.equal(encoded, "write\t/a%09b%0ac%25d\t%00%20%c3%a4%7f\n");
});
