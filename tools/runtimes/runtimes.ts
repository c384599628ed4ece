/**
 * The runtimes that npm has, and how each is started.
 *
 * @module
 */

/** A runtime, without its arguments. */
export interface Runtime {
  /** The kind that the suite knows. */
  readonly kind: "deno" | "node" | "bun";
  /** The package of npm that has the program, and the program in it. */
  readonly from?: {
    readonly package: string;
    readonly program: string;
  };
  /** What stands before the script. */
  readonly flags: readonly string[];
}

const { os, arch } = Deno.build;
const NODE = `npm:node-${os}-${arch === "aarch64" ? "arm64" : "x64"}`;
const BUN = `npm:@oven/bun-${os}-${arch === "aarch64" ? "aarch64" : "x64"}`;

/** So little memory that a thread runs out of it soon, in MiB. */
const MEMORY = "--max-old-space-size=256";

/** By the name that `deno task runtimes` takes. */
export const RUNTIMES: Readonly<Record<string, Runtime>> = {
  deno: {
    kind: "deno",
    flags: ["run", "--allow-all", "--no-check"],
  },
  node22: {
    kind: "node",
    from: { package: `${NODE}@22`, program: "bin/node" },
    flags: [MEMORY, "--disable-warning=ExperimentalWarning"],
  },
  node24: {
    kind: "node",
    from: { package: `${NODE}@24`, program: "bin/node" },
    flags: [MEMORY],
  },
  bun: {
    kind: "bun",
    from: { package: `${BUN}@1`, program: "bin/bun" },
    flags: ["run"],
  },
};
