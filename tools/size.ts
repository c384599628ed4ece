/**
 * Bundles the package for browsers, proves that nothing of Node is in it, and
 * prints gzipped sizes next to those of other packages. Fails above the budgets.
 *
 * ```sh
 * deno task size
 * ```
 *
 * @module
 */

// deno-lint-ignore-file no-console

import { gzipSync } from "node:zlib";
import { deno } from "./gate/deno.ts";

/** Something that an application would load. */
interface Item {
  readonly name: string;
  /** A module that stands in this repository, or the source of one. */
  readonly entry: string | { readonly source: string };
  /** Whether it is of this package. */
  readonly ours?: boolean;
  /** The most that it may weigh, in bytes. */
  readonly budget?: number;
}

/**
 * The reach is 18 kB for `ReconnectingWebSocket`, 10 kB for `WorkerWebSocket` and
 * 16 kB for the worker; these are what holds today.
 */
const ITEMS: readonly Item[] = [
  { name: "@holdfast/websocket", entry: "mod.ts", budget: 26_300, ours: true },
  ours("ReconnectingWebSocket", 22_200),
  ours("WorkerWebSocket", 14_200),
  ours("describeClose", 2_600),
  {
    name: "@holdfast/websocket/worker",
    entry: "worker.ts",
    budget: 18_800,
    ours: true,
  },
  {
    name: "reconnecting-websocket",
    entry: {
      source: `export { default } from "npm:reconnecting-websocket@^4.4.0";`,
    },
  },
  {
    name: "partysocket",
    entry: { source: `export * from "npm:partysocket@^1.1.4";` },
  },
  {
    name: "graphql-ws",
    entry: { source: `export * from "npm:graphql-ws@^6.0.6/client";` },
  },
];

/** What only a bundle with `ws` (or its stand-in for browsers), with OpenTelemetry, or with something of Node, contains. */
const FOREIGN =
  /opentelemetry|permessage-deflate|WebSocketServer|ws does not work in the browser|from"(?:node:)?(?:net|tls|http|crypto|stream|zlib)"|require\("node:/;

/** What a bundle's entry loads before it runs. */
const STATIC_IMPORT = /(?:from|import)\s?"\.\/([^"]+)"/g;

if (import.meta.main) {
  const directory = await Deno.makeTempDir();
  try {
    for (const item of ITEMS) await report(item, directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** What an application loads that imports one symbol of `mod.ts`. */
function ours(symbol: string, budget: number): Item {
  const module = new URL("../mod.ts", import.meta.url);
  const source = `export { ${symbol} } from "${module}";`;
  return { name: `… only ${symbol}`, entry: { source }, budget, ours: true };
}

async function report(item: Item, directory: string): Promise<void> {
  const { bundle, later } = await load(item, directory);
  const size = gzipped(bundle);
  const { name, budget = Infinity } = item;
  const limit = budget === Infinity ? "" : `, at most ${kilobytes(budget)}`;
  const rest = later === 0 ? "" : `; on demand ${kilobytes(later)}`;
  console.log(`${name.padEnd(28)} ${kilobytes(size)} gzipped${limit}${rest}`);
  const foreign = item.ours ? FOREIGN.exec(bundle)?.[0] : undefined;
  if (foreign !== undefined) console.error(`${name} contains ${foreign}`);
  if (size > budget) console.error(`${name} is above its budget`);
  if (foreign !== undefined || size > budget) Deno.exitCode = 1;
}

/** What an application loads. */
interface Loaded {
  /** All that is loaded at once. */
  readonly bundle: string;
  /** The size of what is imported on demand, gzipped, in bytes. */
  readonly later: number;
}

async function load(
  { name, entry }: Item,
  directory: string,
): Promise<Loaded> {
  const target = `${directory}/${name.replaceAll(/\W+/g, "-")}`;
  await Deno.mkdir(target);
  const { success, output } = await deno([
    "bundle",
    "--quiet",
    "--platform=browser",
    "--minify",
    "--code-splitting",
    `--outdir=${target}`,
    typeof entry === "string"
      ? entry
      : await write(`${target}.ts`, entry.source),
  ]);
  if (!success) throw new Error(`Cannot bundle ${name}: ${output}`);
  const file = typeof entry === "string"
    ? entry.replace(/\.ts$/, ".js")
    : `${target.slice(directory.length + 1)}.js`;
  const seen = new Set<string>();
  const bundle = await gather(target, file, seen);
  let later = 0;
  for await (const { name } of Deno.readDir(target)) {
    if (seen.has(name) || !bundle.includes(name)) continue;
    later += gzipped(await Deno.readTextFile(`${target}/${name}`));
  }
  return { bundle, later };
}

function gzipped(text: string): number {
  return gzipSync(text, { level: 9 }).length;
}

async function write(path: string, source: string): Promise<string> {
  await Deno.writeTextFile(path, source);
  return path;
}

/** The text of a file and of those that it imports. */
async function gather(
  directory: string,
  file: string,
  seen: Set<string>,
): Promise<string> {
  if (seen.has(file)) return "";
  seen.add(file);
  let text = await Deno.readTextFile(`${directory}/${file}`);
  for (const [, imported = ""] of text.matchAll(STATIC_IMPORT)) {
    text += await gather(directory, imported, seen);
  }
  return text;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1).padStart(4)} kB`;
}
