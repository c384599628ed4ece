/**
 * The flags of a command, checked: an unknown one, or one without its value, is
 * a {@linkcode UsageError}.
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import { nearestName } from "../client/options/validate.ts";
import { parseTarget } from "../rfc6455/url.ts";
import { UsageError } from "./usage_error.ts";
import { parseDuration } from "./duration.ts";

/** What a command understands. */
export interface FlagNames {
  /** Flags without a value. */
  readonly switches?: readonly string[];
  /** Flags with a value; the last one counts, or all of them. */
  readonly values?: readonly string[];
  /** One-letter names. */
  readonly alias?: Readonly<Record<string, string>>;
}

/** What was typed. */
export class Flags {
  /** What is no flag and no flag's value, in order. */
  readonly positionals: readonly string[];
  readonly #parsed: Readonly<Record<string, unknown>>;

  /**
   * Reads arguments.
   *
   * @throws {UsageError} An unknown flag, or a value is missing.
   */
  constructor(
    args: readonly string[],
    { switches = [], values = [], alias = {} }: FlagNames,
  ) {
    const { _, ...parsed } = parseArgs(args, {
      boolean: ["help", ...switches],
      string: ["_", ...values],
      collect: [...values],
      alias: { help: "h", ...alias },
      unknown: (arg, key) =>
        key === undefined || refuse(arg, ["help", ...switches, ...values]),
    });
    this.positionals = _.map(String);
    this.#parsed = parsed;
    for (const name of values) requireValues(name, this.texts(name));
  }

  /** Whether a flag without a value was given. */
  has(name: string): boolean {
    return this.#parsed[name] === true;
  }

  /** All values of a flag, in order. */
  texts(name: string): readonly string[] {
    const values = this.#parsed[name];
    return Array.isArray(values) ? values.map(String) : [];
  }

  /** The last value of a flag. */
  text(name: string): string | undefined {
    return this.texts(name).at(-1);
  }

  /** The value of a flag as a duration in milliseconds. */
  time(name: string): number | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : parseDuration(text, `--${name}`);
  }

  /**
   * The value of a flag as a whole number.
   *
   * @param range The least and the greatest that are allowed.
   */
  count(
    name: string,
    range: { readonly min: number; readonly max: number },
  ): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= range.min && value <= range.max) {
      return value;
    }
    throw new UsageError(
      `--${name} is ${JSON.stringify(text)}, must be ${rangeText(range)}`,
    );
  }

  /**
   * The value of a flag as one of several words.
   *
   * @param words Those that are allowed.
   */
  oneOf<T extends string>(name: string, words: readonly T[]): T | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const found = words.find((word) => word === text);
    if (found !== undefined) return found;
    throw new UsageError(
      `--${name} is ${JSON.stringify(text)}, must be ${
        words.slice(0, -1).join(", ")
      } or ${words.at(-1)}`,
    );
  }
}

/**
 * Checks a URL as the constructor of a WebSocket would, and gives it in full.
 *
 * @param positionals What was typed besides flags.
 * @throws {UsageError} If it is not exactly one URL for a WebSocket.
 */
export function readUrl(positionals: readonly string[]): URL {
  const [text, ...more] = positionals;
  if (text === undefined || more.length > 0) {
    throw new UsageError(
      `It takes one URL, such as ws://localhost:8080, got ${
        positionals.length === 0 ? "none" : positionals.length
      }; see --help`,
    );
  }
  const target = parseTarget(text);
  if (target.kind === "valid") return new URL(target.url);
  throw new UsageError(
    `The URL ${JSON.stringify(text)} ${target.detail}; ${adviceFor(text)}`,
  );
}

/** What was typed often is a host alone. */
function adviceFor(text: string): string {
  const guess = /^[\w.-]+(:\d+)?(\/|$)/.test(text)
    ? parseTarget(`ws://${text}`)
    : undefined;
  return guess?.kind === "valid"
    ? `did you mean ${guess.url}?`
    : "write it as ws://host or wss://host/path";
}

/**
 * Checks that nothing but flags was typed.
 *
 * @throws {UsageError} If there is more.
 */
export function requireNoPositionals({ positionals }: Flags): void {
  const [extra] = positionals;
  if (extra === undefined) return;
  throw new UsageError(
    `It takes options only, not ${JSON.stringify(extra)}; see --help`,
  );
}

function refuse(arg: string, known: readonly string[]): never {
  const [flag = ""] = arg.split("=");
  const nearest = nearestName(flag.replace(/^-+/, ""), known);
  const advice = nearest === undefined
    ? "see --help"
    : `did you mean --${nearest}?`;
  throw new UsageError(`There is no flag ${flag}; ${advice}`);
}

function requireValues(name: string, values: readonly string[]): void {
  if (!values.includes("")) return;
  throw new UsageError(
    `--${name} needs a value; write --${name}=VALUE if it begins with a dash`,
  );
}

function rangeText(
  { min, max }: { readonly min: number; readonly max: number },
): string {
  return max === Infinity
    ? `a whole number from ${min}`
    : `a whole number from ${min} to ${max}`;
}
