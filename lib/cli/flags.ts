/**
 * Reads and checks the flags of a command. An unknown flag, or one without its
 * value, is a {@linkcode UsageError}.
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import { withoutSecrets } from "../client/options/arguments.ts";
import { nearestName } from "../client/options/validate.ts";
import { parseTarget } from "../rfc6455/url.ts";
import { UsageError } from "./usage_error.ts";
import { parseDuration } from "./duration.ts";

/** The flags that a command has. */
export interface FlagNames {
  /** Flags without a value. */
  readonly switches?: readonly string[];
  /** Flags with a value; each can be repeated. */
  readonly values?: readonly string[];
  /** Flags with a one-letter name, and that letter. */
  readonly alias?: Readonly<Record<string, string>>;
}

/** The arguments of a command. */
export class Flags {
  /** The arguments that are neither a flag nor the value of one, in order. */
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

  /** Returns whether a flag without a value was given. */
  has(name: string): boolean {
    return this.#parsed[name] === true;
  }

  /** Gives all values of a flag, in order. */
  texts(name: string): readonly string[] {
    const values = this.#parsed[name];
    return Array.isArray(values) ? values.map(String) : [];
  }

  /** Gives the last value of a flag. */
  text(name: string): string | undefined {
    return this.texts(name).at(-1);
  }

  /**
   * Gives the last value of a flag as a duration in milliseconds.
   *
   * @throws {UsageError} It is not a duration.
   */
  time(name: string): number | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : parseDuration(text, `--${name}`);
  }

  /**
   * Gives the last value of a flag as a whole number.
   *
   * @param range The least and the greatest value that are allowed.
   * @throws {UsageError} It is not such a number.
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
   * Gives the last value of a flag as one of several words.
   *
   * @param words Those that are allowed.
   * @throws {UsageError} It is not one of them.
   */
  oneOf<T extends string>(name: string, words: readonly T[]): T | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const found = words.find((word) => word === text);
    if (found !== undefined) return found;
    throw new UsageError(
      `--${name} is ${JSON.stringify(text)}, must be ${alternatives(words)}`,
    );
  }
}

/** Lists words of which one is to be chosen. */
export function alternatives(words: readonly string[]): string {
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/**
 * Reads the URL of a server by the rules of the WebSocket constructor.
 *
 * @param positionals The arguments that are not flags.
 * @throws {UsageError} It is not exactly one URL of a WebSocket server.
 */
export function readUrl(positionals: readonly string[]): URL {
  const [text, ...more] = positionals;
  if (text === undefined || more.length > 0) {
    throw new UsageError(
      text === undefined
        ? "Give a URL, such as ws://localhost:8080; see --help"
        : `Give one URL, not ${positionals.length}; see --help`,
    );
  }
  const target = parseTarget(text);
  if (target.kind === "valid") return new URL(target.url);
  throw new UsageError(
    `The URL ${JSON.stringify(shown(text))} ${target.detail}; ${
      adviceFor(text)
    }`,
  );
}

/** What may stand in a log: no credentials, also without a scheme, and no query. */
function shown(text: string): string {
  return withoutSecrets(text.replace(/^[^/?#]*@/, "…@"));
}

/** A frequent mistake is a host without a scheme. */
function adviceFor(text: string): string {
  const guess = /^[\w.-]+(:\d+)?(\/|$)/.test(text)
    ? parseTarget(`ws://${text}`)
    : undefined;
  return guess?.kind === "valid"
    ? `did you mean ${withoutSecrets(guess.url)}?`
    : "write it as ws://host or wss://host/path";
}

/**
 * Checks that all arguments are flags.
 *
 * @throws {UsageError} There are others.
 */
export function requireNoPositionals({ positionals }: Flags): void {
  const [extra] = positionals;
  if (extra === undefined) return;
  throw new UsageError(
    `Give options only, not ${JSON.stringify(extra)}; see --help`,
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
