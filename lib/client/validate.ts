/**
 * Rules that values of options obey, and the errors that say which one is wrong.
 *
 * @module
 */

/** Throws a `TypeError` or `RangeError` unless the value is fit; `name` is the option's. */
export type Rule = (value: unknown, name: string) => void;

/** A number for which `holds`; `wanted` says which in words. */
export function number(
  wanted: string,
  holds: (value: number) => boolean,
): Rule {
  return (value, name) => {
    if (typeof value !== "number") refuse(TypeError, { name, wanted, value });
    else if (!holds(value)) refuse(RangeError, { name, wanted, value });
  };
}

/** A duration that may be 0 or `Infinity`, in milliseconds. */
export const wait: Rule = number(
  "a number of milliseconds from 0",
  (value) => value >= 0,
);

/** A value for which `holds`; `wanted` says which in words. */
export function fit(wanted: string, holds: (value: unknown) => boolean): Rule {
  return (value, name) => {
    if (!holds(value)) refuse(TypeError, { name, wanted, value });
  };
}

/** One of some strings. */
export function oneOf(...values: readonly string[]): Rule {
  const wanted = values.map((value) => `"${value}"`).join(" or ");
  return fit(wanted, (value) => values.some((known) => known === value));
}

/** An object whose members obey their rules, and which has no others. */
export function record(rules: Readonly<Record<string, Rule>>): Rule {
  return (value, name) => {
    if (!isObject(value)) {
      return refuse(TypeError, { name, wanted: "an object", value });
    }
    const path = name === "options" ? "" : `${name}.`;
    for (const [key, member] of Object.entries(value)) {
      if (!Object.hasOwn(rules, key)) {
        const known = nearest(key, Object.keys(rules));
        throw new TypeError(
          `Unknown option "${path}${key}"; did you mean "${path}${known}"?`,
        );
      }
      if (member !== undefined) rules[key]?.(member, path + key);
    }
  };
}

/** `rule`, unless the value is fit for something simpler. */
export function unless(simple: (value: unknown) => boolean, rule: Rule): Rule {
  return (value, name) => {
    if (!simple(value)) rule(value, name);
  };
}

/** Tells whether a value is a plain object, or looks like one. */
export function isObject(
  value: unknown,
): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refuse(
  Class: new (message: string) => Error,
  { name, wanted, value }: {
    readonly name: string;
    readonly wanted: string;
    readonly value: unknown;
  },
): void {
  throw new Class(
    `Option "${name}" must be ${wanted}, not ${show(value, name)}`,
  );
}

/** The value, unless it may be a secret. */
function show(value: unknown, name: string): string {
  if (typeof value === "string" && !/^(token|headers|greeting)/.test(name)) {
    return JSON.stringify(value);
  }
  if (typeof value === "string") return "this string";
  return typeof value === "object" && value !== null
    ? "this object"
    : String(value);
}

function nearest(name: string, known: readonly string[]): string {
  const [best = ""] = known.toSorted((a, b) =>
    distance(name, a) - distance(name, b)
  );
  return best;
}

/** How many letters have to be changed, added or left out (Levenshtein). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const letter of from.toLowerCase()) {
    const above = row;
    row = [(above[0] ?? 0) + 1];
    for (const [index, wanted] of [...to.toLowerCase()].entries()) {
      const change = (above[index] ?? 0) + (letter === wanted ? 0 : 1);
      row.push(
        Math.min(change, (above[index + 1] ?? 0) + 1, (row[index] ?? 0) + 1),
      );
    }
  }
  return row.at(-1) ?? 0;
}
