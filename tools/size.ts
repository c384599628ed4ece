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

/** The reach is 5 kB and 7 kB; these are what holds today. */
const ITEMS: readonly Item[] = [
  { name: "@holdfast/websocket", entry: "mod.ts", budget: 23_900, ours: true },
  ours("ReconnectingWebSocket", 22_800),
  ours("WorkerWebSocket", 13_200),
  ours("describeClose", 5_200),
  {
    name: "@holdfast/websocket/worker",
    entry: "worker.ts",
    budget: 18_700,
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
  const bundle = await load(item, directory);
  const size = gzipSync(bundle, { level: 9 }).length;
  const { name, budget = Infinity } = item;
  const limit = budget === Infinity ? "" : `, at most ${kilobytes(budget)}`;
  console.log(`${name.padEnd(28)} ${kilobytes(size)} gzipped${limit}`);
  const foreign = item.ours ? FOREIGN.exec(bundle)?.[0] : undefined;
  if (foreign !== undefined) console.error(`${name} contains ${foreign}`);
  if (size > budget) console.error(`${name} is above its budget`);
  if (foreign !== undefined || size > budget) Deno.exitCode = 1;
}

/** All that is loaded at once; what is imported later is in files of its own. */
async function load(
  { name, entry }: Item,
  directory: string,
): Promise<string> {
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
  return await gather(target, file, new Set());
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
