import fc, { type Arbitrary } from "fast-check";
import type { ImageCase } from "../../../runners/image/case.js";
import { partial, someEntries } from "../../runtime/choose.js";

/** The least that a config must have besides `rootfs`. */
export const MINIMAL_CONFIG: ImageCase["config"] = { architecture: "amd64", os: "linux" };

const oneOf = <const T extends readonly unknown[]>(...values: T): Arbitrary<T[number]> => fc.constantFrom(...values);

/** What a container is started with: config.md, "config". */
const execution = () =>
  partial({
    User: oneOf("0", "1000", "1000:1000", "0:0", "65534:1", ""),
    ExposedPorts: oneOf({ "80/tcp": {} }, { "53/udp": {}, "80": {} }, {}),
    Env: oneOf(["A=1"], ["PATH=/bin", "EMPTY="], ["A=b=c", "SPACE= x "], []),
    Entrypoint: oneOf(["/a"], ["/bin/sh", "-c"], []),
    Cmd: oneOf(["x"], ["two", "words"], []),
    Volumes: oneOf({ "/data": {} }, { "/data": {}, "/more/data": {} }, {}),
    WorkingDir: oneOf("/", "/a", "/not/there"),
    Labels: oneOf({ a: "1" }, { "org.opencontainers.image.os": "other" }, { "org.example.a": "ä" }, {}),
    StopSignal: oneOf("SIGTERM", "SIGRTMIN+3", "SIGKILL"),
    ArgsEscaped: oneOf(true, false),
    Memory: oneOf(0, 1024),
    Healthcheck: oneOf({ Test: ["NONE"] }),
    // Unknown to the spec; what some builders take it for must do nothing.
    OnBuild: oneOf<[null, string[]]>(null, []),
  });

/** An image config without `rootfs`; shrinks to the minimal one. */
export const imageConfig = (): Arbitrary<ImageCase["config"]> =>
  fc.oneof(
    { withCrossShrink: true },
    { weight: 2, arbitrary: fc.constant(MINIMAL_CONFIG) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          partial({
            created: oneOf("2020-01-01T00:00:00Z", "1969-12-31T23:59:59.999999999+01:00"),
            author: oneOf("A. N. Author <author@example.com>", ""),
            variant: oneOf("v2"),
            "os.version": oneOf("1"),
            "os.features": oneOf(["x"], []),
            config: execution(),
          }),
          someEntries<string | object>({ "org.example.unknown": oneOf<[object]>({ deep: [1, null] }), docker_version: oneOf("1.2.3") }),
        )
        .map(([known, unknown]): ImageCase["config"] => JSON.parse(JSON.stringify({ ...MINIMAL_CONFIG, ...known, ...unknown }))),
    },
  );
