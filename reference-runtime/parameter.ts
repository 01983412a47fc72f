/** The file of a kernel parameter below /proc/sys. Dots separate, or slashes where the first separator is one (`net/ipv4/conf/eth0.1/…`). */
export const parameterPath = (name: string): string => (name.split("/", 1)[0]?.includes(".") ? name.replaceAll(".", "/") : name);
