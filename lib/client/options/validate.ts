/**
 * Rules for the values of options, and the errors for values that break them.
 *
 * @module
 */

/**
 * What a value must be, as data: calls at the top of a module would stay in
 * every bundle.
 */
export type Rule = ValueRule | Members;

/** What a value must be that has no members of its own. */
export type ValueRule =
  | Fit
  | Range
  | Choice
  | { readonly check: (value: unknown, name: string) => void }
  | { readonly rule: ValueRule };

/** A value for which `holds`; `wanted` says which in words. */
export interface Fit {
  readonly wanted: string;
  readonly holds: (value: unknown) => boolean;
}

/** A number `within` what is `wanted`. */
export interface Range {
  readonly wanted: string;
  readonly within: (value: number) => boolean;
}

/** One of some strings. */
export interface Choice {
  readonly oneOf: readonly string[];
}

/** An object whose members obey their rules, and which has no others. */
export interface Members {
  readonly members: Readonly<Record<string, Row>>;
  /** What the value may be instead. */
  readonly unless?: (value: unknown) => boolean;
}

/** One option: its rule, its default, and how its value is resolved. */
export type Row<Given = unknown, Used = unknown> =
  & Rule
  & RowValues<Given, Used>;

/** What a row has besides its rule. */
export interface RowValues<Given, Used> {
  /** The value of an option that is not given; for a group, `{}`. */
  readonly default?: Given;
  /** The same, but it is filled in later, when the URL is known. */
  readonly assumed?: Given;
  /** Converts the value, after its members, into the form that is used. */
  resolve?(value: never): Used;
}

/** A duration that may be 0 or `Infinity`, in milliseconds. */
export const WAIT: Range = {
  wanted: "a number of milliseconds from 0",
  within: (value) => value >= 0,
};
/** A duration that may be `Infinity`, in milliseconds. */
export const DURATION: Range = {
  wanted: "a positive number of milliseconds",
  within: (value) => value > 0,
};
/** A boolean. */
export const SWITCH: Fit = {
  wanted: "true or false",
  holds: (value) => typeof value === "boolean",
};

/**
 * Checks a value and its members; `name` is the option's.
 *
 * @throws {TypeError} The value is of a wrong type, or has an unknown member.
 * @throws {RangeError} A number out of range.
 */
export function check(value: unknown, name: string, rule: Rule): void {
  if (!("members" in rule)) checkValue(value, name, rule);
  else if (!rule.unless?.(value)) checkMembers(value, name, rule.members);
}

/**
 * Checks a value without members. Bundles that need no more leave `check()` out.
 *
 * @throws {TypeError} The value is of a wrong type.
 * @throws {RangeError} A number out of range.
 */
export function checkValue(
  value: unknown,
  name: string,
  rule: ValueRule,
): void {
  if ("rule" in rule) checkValue(value, name, rule.rule);
  else if ("check" in rule) rule.check(value, name);
  else if ("oneOf" in rule) {
    const wanted = rule.oneOf.map((known) => `"${known}"`).join(" or ");
    const holds = rule.oneOf.some((known) => known === value);
    if (!holds) refuse(TypeError, { name, wanted, value });
  } else if ("holds" in rule) {
    const { wanted, holds } = rule;
    if (!holds(value)) refuse(TypeError, { name, wanted, value });
  } else {
    const { wanted, within } = rule;
    if (typeof value !== "number") refuse(TypeError, { name, wanted, value });
    else if (!within(value)) refuse(RangeError, { name, wanted, value });
  }
}

function checkMembers(
  value: unknown,
  name: string,
  rules: Members["members"],
): void {
  if (!isObject(value)) {
    return refuse(TypeError, { name, wanted: "an object", value });
  }
  const path = name === "options" ? "" : `${name}.`;
  for (const [key, member] of Object.entries(value)) {
    const rule = Object.hasOwn(rules, key) ? rules[key] : undefined;
    if (rule === undefined) {
      throw new TypeError(
        `Unknown option "${path}${key}"; ${suggest(key, path, rules)}`,
      );
    }
    if (member !== undefined) check(member, path + key, rule);
  }
}

/** Returns whether a value is a plain object, or looks like one. */
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
  if (
    typeof value === "string" &&
    !/^(token|headers|greeting|tls|proxy)/.test(name)
  ) {
    return JSON.stringify(value);
  }
  if (typeof value === "string") return "this string";
  return typeof value === "object" && value !== null
    ? "this object"
    : String(value);
}

function suggest(name: string, path: string, rules: object): string {
  const known = Object.keys(rules);
  const best = nearestName(name, known);
  return best === undefined
    ? `known are ${known.join(", ")}`
    : `did you mean "${path}${best}"?`;
}

/** Returns the most similar name, if any is similar enough. */
export function nearestName(
  name: string,
  known: readonly string[],
): string | undefined {
  const [best = ""] = known.toSorted((a, b) =>
    likeness(name, b) - likeness(name, a)
  );
  return likeness(name, best) > 0.4 ? best : undefined;
}

/** From 0 to 1 (the coefficient of Dice). */
function likeness(a: string, b: string): number {
  const pairs = pairsOf(a);
  const others = pairsOf(b);
  const common = pairs.filter((pair) => others.includes(pair)).length;
  return 2 * common / (pairs.length + others.length);
}

/** The first letter counts as a pair: people rarely mistype it. */
function pairsOf(name: string): readonly string[] {
  const text = ` ${name.toLowerCase()}`;
  return Array.from(text, (_, index) => text.slice(index, index + 2));
}
