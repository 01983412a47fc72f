/** Lines of shell by which the commands of a tool are run in a sandbox, within limits. */
import type { Natural } from "../spec/numbers.js";

export interface Limits {
  /** Of one command, in milliseconds. */
  readonly timeoutMs: Natural;
  /** Of a command's memory, in KiB. */
  readonly memoryKiB: Natural;
}

/** The exit status of a command that took too long, as `timeout` has it. */
export const TIMED_OUT = 124;

/** How commands are run. */
interface Way {
  /** What of their memory is limited: all addresses, or those alone that they can write to (some reserve far more than they ever use). */
  readonly limited: "addresses" | "data";
  /** A line of shell before each command. */
  readonly before?: string;
  /** A line after one that failed, but neither by a signal nor for want of time. */
  readonly refused?: string;
}

/**
 * Defines `run NAME COMMAND…` and `daemon SOCKET COMMAND…`. A command that fails ends all: `emit` is called, which the program has to define
 * beside these: `$W`, where daemon.stderr comes to be; `$OUT` for NAME.stdout and NAME.stderr; `$NOTES` for NAME.status and the list `steps`;
 * and `$EMPTY`, an empty file.
 * A command that does not heed SIGTERM is killed, and `timeout` with it: what took all its time has hung, whatever it was killed by.
 */
export const running = ({ timeoutMs, memoryKiB }: Limits, { limited, before = ":", refused = ":" }: Way): string => `
step() {
  echo "$2" > "$NOTES/$1.status"
  echo "$1" >> "$NOTES/steps"
}
now() { read -r NOW _ < /proc/uptime; NOW=\${NOW%.*}\${NOW#*.}; }
limited() { ulimit -${limited === "data" ? "d" : "v"} ${memoryKiB}; ulimit -c 0; exec "$@"; }
run() {
  name=$1
  shift
  ${before}
  now; BEGUN=$NOW
  ( limited timeout -k 2 ${timeoutMs / 1000} "$@" ) < "$EMPTY" > "$OUT/$name.stdout" 2> "$OUT/$name.stderr"
  STATUS=$?
  now
  # What a tool exits with that has time left is its own affair.
  if [ $((NOW - BEGUN)) -ge ${Math.floor(timeoutMs / 10)} ]; then [ "$STATUS" != 137 ] || STATUS=${TIMED_OUT}
  elif [ "$STATUS" = ${TIMED_OUT} ]; then STATUS=1; fi
  step "$name" "$STATUS"
  [ "$STATUS" -gt 128 ] || [ "$STATUS" = 0 ] || [ "$STATUS" = ${TIMED_OUT} ] || ${refused}
  [ "$STATUS" = 0 ] || { emit; exit; }
}
# Starts a daemon, and waits for the socket that it makes when it is ready; it ends when it cannot.
daemon() {
  SOCKET=$1
  shift
  ( limited "$@" ) < "$EMPTY" > "$W/daemon.stdout" 2> "$W/daemon.stderr" &
  DAEMON=$!
  now; BEGUN=$NOW
  until [ -S "$SOCKET" ]; do
    now
    if ! kill -0 "$DAEMON" 2> "$EMPTY.err" || [ $((NOW - BEGUN)) -gt ${Math.ceil(timeoutMs / 10)} ]; then STATUS=1; emit; exit; fi
    sleep 0.02
  done
}
`;
