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

/** How the table writes variants, by architecture; those that it does not list may be used, too (image-index.md#platform-variants). */
const VARIANTS: Readonly<Record<string, RegExp>> = {
  arm: /^v\d+$/,
  arm64: /^v\d+(?:\.\d+)?$/,
  ppc64le: /^power\d+$/,
  riscv64: /^rva\d+[a-z]\d+$/,
  amd64: /^v\d+$/,
};

/** Of 1.0.2, whose table ends there. */
const OLD_VARIANTS: Readonly<Record<string, RegExp>> = { arm: /^v\d+$/, arm64: /^v\d+(?:\.\d+)?$/ };

/** Whether a variant is written as in the table; undefined where that does not have the architecture. */
export function knowsVariant(architecture: string, variant: string, old: boolean): boolean | undefined {
  const table = old ? OLD_VARIANTS : VARIANTS;
  return Object.hasOwn(table, architecture) ? table[architecture]?.test(variant) : undefined;
}

/** What os.features can have where os is windows. */
export const WINDOWS_FEATURES = words("win32k");
