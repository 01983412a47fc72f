import fc, { type Arbitrary } from "fast-check";
import type { ImageCase, Shape } from "../../../runners/image/case.js";
import type { Factor as AnyFactor, Level as AnyLevel } from "../../covering/factors.js";

/** What a level does to a case. */
export type Edit = (subject: ImageCase) => ImageCase;

/** One of the ways in which something about an image can be had. Whatever matters of it is a choice. */
export interface Level extends AnyLevel {
  readonly edits: Arbitrary<Edit>;
}

/** Something about an image that is had in different ways; the first level is the minimal image's. */
export type Factor = AnyFactor<Level>;

/** A level whose values are drawn. */
export const level = <T>(name: string, values: Arbitrary<T>, edit: (value: T) => Edit): Level => ({ name, edits: values.map(edit) });

/** A level that is always the same. */
export const fixedLevel = (name: string, edit: Edit): Level => level(name, fc.constant(undefined), () => edit);

/** The level at which the case stays as it is. */
export const unchanged = (name: string): Level => fixedLevel(name, (subject) => subject);

/** Sets properties of the shape. */
export const shaped =
  (shape: Shape): Edit =>
  (subject) => ({ ...subject, shape: { ...subject.shape, ...shape } });

/** Sets properties of the image's config. */
export const configured =
  (properties: ImageCase["config"]): Edit =>
  (subject) => ({ ...subject, config: { ...subject.config, ...properties } });

/** Sets execution parameters of the image's config. */
export const executed =
  (parameters: ImageCase["config"]): Edit =>
  (subject) => {
    const { config } = subject.config;
    const there = typeof config === "object" && config !== null && !Array.isArray(config) ? config : {};
    return configured({ config: { ...there, ...parameters } })(subject);
  };
