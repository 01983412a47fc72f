/** spec.md, "Warnings". */
import fc from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import { pulling, pushing } from "../../../generators/client/cases.js";
import { image } from "../../../generators/client/images.js";
import type { Behaviour } from "../../../reference-registry/behaviours/behaviour.js";
import { expectThat, notApplicable } from "../../check.js";
import { check, example, mustCope, section, type Which, whereMet } from "../suite.js";
import type { ClientView } from "../view.js";

const warns: Which = ({ does }) => does.kind === "header" && does.name === "Warning";

/** The texts of the warnings that the client got. */
const textsOf = ({ exchanges }: ClientView): readonly string[] =>
  [
    ...new Set(
      exchanges.flatMap(({ response }) =>
        (response?.headers ?? []).flatMap(([name, value]) => (name === "warning" ? [/^299 - "(.*)"$/.exec(value)?.[1] ?? ""] : [])),
      ),
    ),
  ].filter((text) => text !== "");

/** All that the client said, of each command. */
const saidBy = ({ run: { steps } }: ClientView): string => steps.map(({ stdout, stderr }) => `${stdout}\n${stderr}`).join("\n");

/** How often the client said a text: neither as a part of another word, nor of a longer one of these texts. */
function countOf(said: string, text: string, texts: readonly string[]): number {
  const longer = texts.filter((each) => each !== text && each.includes(text)).sort((a, b) => b.length - a.length);
  const rest = longer.reduce((left, each) => left.replaceAll(each, "\n"), said);
  return rest.split(text).filter((before, at, all) => at + 1 < all.length && !/\w$/.test(before) && !/^\w/.test(all[at + 1] ?? "")).length;
}

const warning = (text: string): Behaviour => ({ on: { to: "any" }, does: { kind: "header", name: "Warning", value: `299 - "${text}"` } });

export default section("Warnings", [
  check("registry.client.warnings-reported", (view) =>
    whereMet(
      view,
      () => {
        const silent = textsOf(view).filter((text) => !saidBy(view).includes(text));
        return expectThat(silent.length === 0, "the user is told of it", `the client does not say: ${silent.join(", ")}`);
      },
      warns,
    ),
  ),
  check("registry.client.warnings-once", (view) =>
    whereMet(
      view,
      (exchanges) => {
        const told = textsOf(view).filter((text) => saidBy(view).includes(text));
        if (told.length === 0 || exchanges.length < 2) return notApplicable("no warning came with several answers and was shown");
        const countIn = (text: string) => countOf(saidBy(view), text, textsOf(view));
        const often = told.find((text) => countIn(text) > 1);
        return expectThat(often === undefined, "it is shown once", `it is shown ${countIn(often ?? "")} times: ${often}`);
      },
      warns,
    ),
  ),
  check("registry.client.warnings-no-action", (view) => mustCope(view, "the client does the same as without a warning", warns)),

  example(["registry.client.warnings-reported", "registry.client.warnings-once", "registry.client.warnings-no-action"], "pull", () =>
    fc
      .tuple(fc.nat(99), oneOf(["this image is deprecated, use another one", "your token expires in 30 seconds", "retry later"], "text"))
      .map(([seed, text]) => pulling(`each answer warns: ${text}`, image("m", seed), [warning(text)])),
  ),
  example(["registry.client.warnings-reported", "registry.client.warnings-no-action"], "push", () =>
    fc
      .nat(99)
      .map((seed) => pushing("each answer to a push warns", image("m", seed), [warning("this registry is read-only from tomorrow on")])),
  ),
]);
