import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Test } from "tap";

/** How a script ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A directory of a test's own, with programs that stand in for others; each notes its arguments in `calls`. */
export class Bench {
  readonly directory = mkdtempSync(join(tmpdir(), "oci-conform-test-"));
  readonly #bin = join(this.directory, "bin");

  constructor(t: Test) {
    t.teardown(() => rmSync(this.directory, { recursive: true, force: true }));
    mkdirSync(this.#bin);
  }

  /** The path of a file of the test's. */
  path(...names: readonly string[]): string {
    return join(this.directory, ...names);
  }

  /** Writes a file, with the directories above it. */
  write(name: string, text: string): string {
    const path = this.path(name);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  read(name: string): string {
    return readFileSync(this.path(name), "utf8");
  }

  /** A program on the PATH that notes its arguments, one call a line, and then does this. */
  fake(name: string, body = ""): this {
    const file = join(this.#bin, name);
    writeFileSync(file, `#!/bin/bash\n{ printf '%s' ${name}; printf ' [%s]' "$@"; echo; } >> '${this.path("calls")}'\n${body}\n`);
    chmodSync(file, 0o755);
    return this;
  }

  /** What the programs were called with, in order. */
  calls(): string[] {
    try {
      return this.read("calls").split("\n").slice(0, -1);
    } catch {
      return [];
    }
  }

  /** Runs a command in the test's directory with this environment and nothing of ours, nor of the test runner's, but the PATH. */
  run(command: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> {
    const PATH = `${this.#bin}:${process.env.PATH ?? ""}`;
    const pairs = Object.entries({ PATH, ...env }).map(([name, value]) => `${name}=${value}`);
    return new Promise((done) => {
      execFile("env", ["-i", ...pairs, ...command], { cwd: this.directory, timeout: 600_000 }, (error, stdout, stderr) => {
        done({ code: error === null ? 0 : typeof error.code === "number" ? error.code : -1, stdout, stderr });
      });
    });
  }
}

/** The path of a file of the repository; tests run in its root. */
export const ours = (name: string): string => resolve(name);
