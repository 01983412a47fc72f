import { split, unquoted } from "./lists.js";

/** What a Link header says is the next page (RFC 8288, section 3): whatever it is, it is not looked into. Undefined on the last page. */
export function nextOf(header: string | undefined): string | undefined {
  for (const link of split(header ?? "", ",", true)) {
    const [target = "", ...parameters] = split(link, ";", true);
    const isNext = parameters.some((parameter) => {
      const [name = "", value = ""] = parameter.split(/\s*=\s*(.*)/s, 2);
      return name.toLowerCase() === "rel" && unquoted(value).toLowerCase().split(/\s+/).includes("next");
    });
    if (isNext && /^<[^>]*>$/.test(target)) return target.slice(1, -1);
  }
  return undefined;
}
