// The types agree with those of the package in what they infer for flat names.
// A dotted name, which the package types as a nested record, stays `unknown`.

type Names = string | undefined;
type Given<T> = Extract<T, string>;
type Flat<T> = T extends `${string}.${string}` ? never : Given<T>;
type Aliases<TNames extends string = string> = Record<
  string,
  TNames | ReadonlyArray<TNames>
>;

type Single<B, S, C, N> =
  & { [K in Flat<Exclude<B, C>>]: boolean }
  & { [K in Flat<Exclude<S, C>>]?: K extends N ? string | false : string };

type Collected<B, S, C> =
  & { [K in Flat<Extract<C, S>>]: string[] }
  & { [K in Flat<Extract<C, B>>]: boolean[] }
  & { [K in Flat<Exclude<C, B | S>>]: unknown[] };

type Defaulted<T, D> = [D] extends [Record<string, unknown>] ?
    & Omit<T, keyof D>
    & {
      [K in keyof D]: K extends keyof T ? D[K] | NonNullable<T[K]> : unknown;
    }
  : T;

type Aliased<T, A> = {
  [K in keyof T as K | AliasOf<K, A>]: T[K];
};
type AliasOf<K, A> = K extends keyof A
  ? Given<A[K] extends ReadonlyArray<infer Name> ? Name : A[K]>
  : never;

type Values<B, S, C, N, D, A> = [B, S, C] extends
  [false | undefined, undefined, undefined]
  // deno-lint-ignore no-explicit-any
  ? Record<string, any>
  :
    & Record<string, unknown>
    & Aliased<Defaulted<Single<B, S, C, N> & Collected<B, S, C>, D>, A>;

type Merged<T> = { [K in keyof T]: T[K] };
type DoubleDash<T> = T extends true ? { "--": string[] }
  : T extends undefined | false ? Record<never, never>
  : { "--"?: string[] };

/** What {@linkcode parseArgs} returns. */
export type Args<
  // deno-lint-ignore no-explicit-any
  TArgs extends Record<string, unknown> = Record<string, any>,
  TDoubleDash extends boolean | undefined = undefined,
> = Merged<
  TArgs & { _: Array<string | number> } & DoubleDash<TDoubleDash>
>;

/** Options for {@linkcode parseArgs}. */
export interface ParseOptions<
  TBooleans extends boolean | Names = boolean | Names,
  TStrings extends Names = Names,
  TCollectable extends Names = Names,
  TNegatable extends Names = Names,
  TDefault extends Record<string, unknown> | undefined =
    | Record<string, unknown>
    | undefined,
  TAliases extends Aliases | undefined = Aliases | undefined,
  TDoubleDash extends boolean | undefined = boolean | undefined,
> {
  /**
   * Puts what follows `--` into the result's `"--"` and not into `_`.
   *
   * @default {false}
   */
  "--"?: TDoubleDash;
  /**
   * Other names for an argument.
   *
   * @default {{}}
   */
  alias?: TAliases;
  /**
   * The names that are flags; `true` takes every `--name` without `=` as one.
   *
   * @default {false}
   */
  boolean?: TBooleans | ReadonlyArray<Extract<TBooleans, string>>;
  /**
   * The values of arguments that were not given.
   *
   * @default {{}}
   */
  default?: TDefault;
  /**
   * Puts everything from the first value that belongs to no name into `_`.
   *
   * @default {false}
   */
  stopEarly?: boolean;
  /**
   * The names whose values stay strings.
   *
   * @default {[]}
   */
  string?: TStrings | ReadonlyArray<Extract<TStrings, string>>;
  /**
   * The names that may be given many times.
   *
   * @default {[]}
   */
  collect?: TCollectable | ReadonlyArray<Extract<TCollectable, string>>;
  /**
   * The names that may be given as `--no-name`.
   *
   * @default {[]}
   */
  negatable?: TNegatable | ReadonlyArray<Extract<TNegatable, string>>;
  /**
   * Is told each argument that no option names; `false` leaves it out.
   *
   * @default {unknown}
   */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** Parses the arguments of a command line. */
export declare function parseArgs<
  TBooleans extends boolean | Names = undefined,
  TStrings extends Names = undefined,
  TCollectable extends Names = undefined,
  TNegatable extends Names = undefined,
  TDefaults extends Record<string, unknown> | undefined = undefined,
  // The names are a parameter of their own so that they are inferred as literals.
  TAliases extends Aliases<TAliasNames> | undefined = undefined,
  TDoubleDash extends boolean | undefined = undefined,
  TAliasNames extends string = string,
>(
  args: readonly string[],
  options?: ParseOptions<
    TBooleans,
    TStrings,
    TCollectable,
    TNegatable,
    TDefaults,
    TAliases,
    TDoubleDash
  >,
): Args<
  Values<TBooleans, TStrings, TCollectable, TNegatable, TDefaults, TAliases>,
  TDoubleDash
>;
