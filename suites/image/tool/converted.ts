import type { Json } from "../../../runners/image/case.js";
import { type Judgement, type NotApplicable, notApplicable } from "../../check.js";
import { check, type ToolCheck, type ToolView } from "./view.js";

export type Properties = { readonly [key: string]: Json };

const isObject = (value: Json | undefined): value is Properties => typeof value === "object" && value !== null && !Array.isArray(value);
export const objectOf = (value: Json | undefined): Properties => (isObject(value) ? value : {});
export const strings = (value: Json | undefined): string[] =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : [];

/** The image's config and the runtime's config that was made of it. */
export interface Conversion {
  readonly image: Properties;
  readonly execution: Properties;
  readonly labels: Properties;
  readonly process: Properties;
  readonly annotations: Properties;
  readonly runtime: Properties;
  readonly view: ToolView;
}

function conversionOf(view: ToolView): Conversion | undefined {
  const { runtimeConfig } = view.observation;
  if (runtimeConfig === undefined || view.ending !== "accepted" || view.other || view.case.fault !== undefined) return undefined;
  const runtime = objectOf(runtimeConfig);
  const execution = objectOf(view.case.config.config);
  return {
    image: view.case.config,
    execution,
    labels: objectOf(execution.Labels),
    process: objectOf(runtime.process),
    annotations: objectOf(runtime.annotations),
    runtime,
    view,
  };
}

/** A check of the runtime config that a tool made of the image's. */
export const converts = (id: string, judge: (conversion: Conversion) => Judgement | NotApplicable): ToolCheck =>
  check(
    id,
    (view) => {
      const conversion = conversionOf(view);
      return conversion ? judge(conversion) : notApplicable("the tool made no runtime config of the image");
    },
    "converts",
  );
