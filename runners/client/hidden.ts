/** What of the machine a client does not get to see: wherever somebody's credentials, or settings of clients, may lie. */
import { readFileSync } from "node:fs";

/** Places that are shown empty, and can be written to. */
const PLACES = [
  ...["/root", "/home", "/tmp", "/var/tmp", "/dev/shm", "/run"],
  ...["containers", "docker", "containerd", "crio", "buildkit", "nerdctl", "buildkitd"].map((name) => `/etc/${name}`),
  ...["containers", "containerd", "docker", "buildkit", "kubelet", "crio", "nerdctl"].map((name) => `/var/lib/${name}`),
];

/** Variables that name a directory, and those that name a file, of somebody's own. */
const DIRECTORIES = ["HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR", "DOCKER_CONFIG", "HELM_CONFIG_HOME"];
const FILES = [
  ...["REGISTRY_AUTH_FILE", "CONTAINERS_REGISTRIES_CONF", "CONTAINERS_CONF", "CONTAINERS_STORAGE_CONF", "REGCTL_CONFIG"],
  ...["KUBECONFIG", "NETRC", "AWS_SHARED_CREDENTIALS_FILE", "GOOGLE_APPLICATION_CREDENTIALS"],
];

/** Of a home that cannot be hidden whole, since the system lies below it, what has credentials in it. */
const OF_A_HOME = [".docker", ".config", ".local", ".netrc", ".regctl", ".aws", ".kube", ".git-credentials"];

/** What the system itself needs, or all of it lies in. */
const SYSTEM =
  /^\/(?:(?:bin|boot|dev|etc|lib\d*|libx32|media|mnt|nonexistent|opt|proc|sbin|srv|sys|usr|var)?$|(?:bin|dev|proc|sbin|sys|usr)\/)/;

/** The homes of those who may log in. */
function homes(): readonly string[] {
  let text: string;
  try {
    text = readFileSync("/etc/passwd", "utf8");
  } catch {
    return [];
  }
  return text.split("\n").flatMap((line) => {
    const [, , uid = "", , , home = ""] = line.split(":");
    return uid === "0" || (Number(uid) >= 1000 && Number(uid) < 65534) ? [home] : [];
  });
}

/** Absolute paths of directories and files, some of which may not exist. @param env the caller's variables */
export function hiddenPlaces(env: NodeJS.ProcessEnv): readonly string[] {
  const named = [...homes(), ...DIRECTORIES.map((name) => env[name] ?? "")].map((path) => path.replace(/(?<=.)\/+$/, ""));
  const places = named.flatMap((path) => (SYSTEM.test(path) ? OF_A_HOME.map((name) => `${path === "/" ? "" : path}/${name}`) : [path]));
  return [...new Set([...PLACES, ...places, ...FILES.map((name) => env[name] ?? "")])].filter((path) => path.startsWith("/"));
}
