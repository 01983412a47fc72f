const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

/** What Go knows as GOARCH: what it compiles for, and what it has names for (image-index.md#image-index-property-descriptions). */
export const ARCHITECTURES = words(
  "386 amd64 amd64p32 arm arm64 arm64be armbe loong64 mips mips64 mips64le mips64p32 mips64p32le mipsle ppc ppc64 ppc64le riscv riscv64 s390 s390x sparc sparc64 wasm",
);

/** GOARCH by what Node.js calls it, of machines on which tools can be driven. */
const ARCHITECTURE_OF: Readonly<Record<string, string>> = {
  x64: "amd64",
  arm64: "arm64",
  ppc64: "ppc64le",
  riscv64: "riscv64",
  s390x: "s390x",
};

/** GOARCH of this machine; undefined for one that is not known. */
export const HOST_ARCHITECTURE = ARCHITECTURE_OF[process.arch];

/** What Go knows as GOOS. */
export const SYSTEMS = words(
  "aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris wasip1 windows zos",
);

/** Variants by architecture, as the table has them and lets them go on (image-index.md#platform-variants). */
const VARIANTS: Readonly<Record<string, RegExp>> = {
  arm: /^v[678]$/,
  arm64: /^v(?:8|9)(?:\.\d+)?$/,
  ppc64le: /^power(?:[89]|1\d)$/,
  riscv64: /^rva\d\du\d+$/,
  amd64: /^v[1-4]$/,
};

/** Of 1.0.2, whose table ends there. */
const OLD_VARIANTS: Readonly<Record<string, RegExp>> = { arm: /^v[678]$/, arm64: /^v8$/ };

/** Whether the table has a variant; undefined where it does not have the architecture. */
export function knowsVariant(architecture: string, variant: string, old: boolean): boolean | undefined {
  const table = old ? OLD_VARIANTS : VARIANTS;
  return Object.hasOwn(table, architecture) ? table[architecture]?.test(variant) : undefined;
}

/** What os.features can have where os is windows. */
export const WINDOWS_FEATURES = words("win32k");
