/** The requirements that faults break when a runtime accepts them, by what is wrong. */
export const BROKEN = {
  /** No sentence about the property itself asks for an error, but the value is none of its values. */
  invalid: "runtime.valid-values.invalid-refused",
  /** A property that the spec requires is not there. */
  missing: "runtime.valid-values.required-missing",
  /** The value is valid, but this host cannot satisfy it. */
  unapplicable: "runtime.create.cannot-apply-error",
  cwd: "runtime.process.cwd-absolute",
  args: "runtime.process.args-required",
  rlimitType: "runtime.process.rlimits-unknown-type-error",
  rlimitTwice: "runtime.process.rlimits-duplicate-error",
  semver: "runtime.oci-version.semver",
  root: "runtime.root.required",
  rootPath: "runtime.root.path-must-exist",
  hookPath: "runtime.hooks.path-absolute",
  hookTimeout: "runtime.hooks.timeout-above-zero",
  namespaceTwice: "runtime.namespaces.duplicate-error",
  namespacePath: "runtime.namespaces.path-absolute",
  namespaceType: "runtime.namespaces.path-wrong-type-error",
  seccompNames: "runtime.seccomp.names-at-least-one",
  seccompErrno: "runtime.seccomp.errno-unsupported-error",
  seccompMetadata: "runtime.seccomp.listener-metadata-needs-path",
  unifiedController: "runtime.unified.missing-controller-error",
  maskedPath: "runtime.masked-paths.absolute",
  readonlyPath: "runtime.readonly-paths.absolute",
  resctrl: "runtime.intel-rdt.no-resctrl-error",
  unknownProperty: "runtime.extensibility.unknown-property-ignored",
} as const;
