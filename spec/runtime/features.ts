type Flag = boolean | null;
type Names = readonly string[] | null;
interface Enabled {
  readonly enabled?: Flag;
}

/** What a runtime says of itself (features.md, features-linux.md). All but the two versions may be absent or null. */
export interface Features {
  readonly ociVersionMin: string;
  readonly ociVersionMax: string;
  readonly hooks?: Names;
  readonly mountOptions?: Names;
  readonly annotations?: Readonly<Record<string, string>> | null;
  /** Names of annotations, or prefixes that end with a dot. */
  readonly potentiallyUnsafeConfigAnnotations?: Names;
  readonly linux?: LinuxFeatures | null;
}

export interface LinuxFeatures {
  readonly namespaces?: Names;
  readonly capabilities?: Names;
  readonly cgroup?: {
    readonly v1?: Flag;
    readonly v2?: Flag;
    readonly systemd?: Flag;
    readonly systemdUser?: Flag;
    readonly rdma?: Flag;
  } | null;
  readonly seccomp?:
    | (Enabled & {
        readonly actions?: Names;
        readonly operators?: Names;
        readonly archs?: Names;
        readonly knownFlags?: Names;
        readonly supportedFlags?: Names;
      })
    | null;
  readonly apparmor?: Enabled | null;
  readonly selinux?: Enabled | null;
  readonly memoryPolicy?: { readonly modes?: Names; readonly flags?: Names } | null;
  readonly intelRdt?: (Enabled & { readonly schemata?: Flag; readonly monitoring?: Flag }) | null;
  readonly mountExtensions?: { readonly idmap?: Enabled | null } | null;
  readonly netDevices?: Enabled | null;
}
