/**
 * The import directions (CONTRIBUTING.md), type imports included, as
 * `deno info --json` sees them.
 */

import { assertEquals } from "@std/assert";
import {
  circlesIn,
  filesOfLib,
  type Import,
  importsOfLib,
  LIB,
} from "./import_graph.ts";
import { typescriptFiles } from "../tools/gate/files.ts";
import { COMPOSERS, MAY_IMPORT, MAY_LOAD } from "./import_rules.ts";

Deno.test("lib/ imports in the permitted directions only", async () => {
  const imports = await importsOfLib();
  assertEquals(imports.filter((each) => !isPermitted(each)).map(describe), []);
});

Deno.test("isPermitted() refuses each wrong direction", () => {
  const wrong: readonly [from: string, specifier: string][] = [
    ["connection/backoff/backoff.ts", "../../boundary/protocol.ts"],
    ["queue/outbox.ts", "../connection/state.ts"],
    ["connection/backoff/backoff.ts", "@std/async/delay"],
    ["connection/backoff/backoff.ts", "node:events"],
    ["boundary/protocol.ts", "../client/errors/mod.ts"],
    ["worker/hub.ts", "../client/errors/mod.ts"],
    ["worker/hub.ts", "../../tools/ok.ts"],
    ["client/workers/in_thread_port.ts", "../../worker/in_thread.ts"],
    ["client/workers/worker_host.ts", "ws"],
    ["client/options/options.ts", "../../cli/mod.ts"],
    ["messages/mod.ts", "../worker/hub.ts"],
    ["otel/mod.ts", "../identity/redact.ts"],
    ["server/connection/connection.ts", "../../worker/hub.ts"],
    ["server/session_server.ts", "ws"],
    ["server/stores/memory.ts", "../../worker/hub.ts"],
    ["server/stores/sqlite/store.ts", "../../../client/errors/mod.ts"],
    ["client/socket/status.ts", "@opentelemetry/api"],
    ["stray/file.ts", "../queue/data.ts"],
  ];
  for (const [from, specifier] of wrong) {
    assertEquals(isPermitted(statically(from, specifier)), false, specifier);
  }
});

Deno.test("isPermitted() lets the client load the hub in-thread", () => {
  const load = statically(
    "client/workers/in_thread_port.ts",
    "../../worker/in_thread.ts",
  );
  assertEquals(isPermitted({ ...load, dynamic: true }), true);
});

Deno.test("lib/ has no circle of imports", async () => {
  const imports = await importsOfLib();
  assertEquals(circlesIn(edgesOf(imports, (path) => path)), []);
});

Deno.test("lib/ has no circle of folders", async () => {
  const imports = await importsOfLib();
  assertEquals(circlesIn(edgesOf(imports, partOf)), []);
});

Deno.test("lib/ has at most 15 files in a folder", async () => {
  assertEquals(foldersOfMore(15, await filesOfLib()), []);
});

// A file may have several files of tests, so there are more of those.
Deno.test("tests/, tools/ and examples/ have at most 18 files in a folder", async () => {
  const files = await Promise.all(
    ["tests", "tools", "examples"].map(typescriptFiles),
  );
  assertEquals(foldersOfMore(18, files.flat()), []);
});

/** Those of more than `limit` files, with their number. */
function foldersOfMore(
  limit: number,
  files: readonly string[],
): readonly [folder: string, files: number][] {
  const folders = Map.groupBy(
    files,
    (path) => path.slice(0, path.lastIndexOf("/")),
  );
  return Array.from(
    folders,
    ([folder, { length }]): [string, number] => [folder, length],
  ).filter(([, size]) => size > limit);
}

Deno.test("lib/ has no file of more than 400 lines", async () => {
  const sizes = (await filesOfLib()).map((path) => {
    const text = Deno.readTextFileSync(new URL(path, LIB));
    return { path, lines: text.split("\n").length - 1 };
  });
  assertEquals(sizes.filter(({ lines }) => lines > 400), []);
});

Deno.test("lib/ loads compression only where it was negotiated", async () => {
  const imports = await importsOfLib();
  const users = imports.filter(({ specifier }) => specifier === "pako");
  assertEquals(users.map(({ from }) => from), ["transport/tcp/pako_codec.ts"]);
  const loads = imports.filter(({ resolved }) =>
    resolved?.endsWith("/pako_codec.ts")
  );
  assertEquals(
    loads.map(({ from, dynamic }) => [from, dynamic]),
    [["transport/tcp/opening_handshake.ts", true]],
  );
});

Deno.test("circlesIn() names a circle once", () => {
  const edges = [["a", "b"], ["b", "c"], ["c", "b"], ["c", "d"]] as const;
  assertEquals(circlesIn(edges), [["b", "c"]]);
});

Deno.test("isPermitted() knows each folder of lib/", async () => {
  const imports = await importsOfLib();
  const parts = new Set(
    imports.flatMap(({ from, resolved }) =>
      resolved?.startsWith(LIB.href)
        ? [partOf(from), partOf(resolved.slice(LIB.href.length))]
        : [partOf(from)]
    ),
  );
  const known = new Set(Object.keys(MAY_IMPORT));
  assertEquals([...parts].filter((part) => !known.has(part)), []);
  assertEquals([...known].filter((part) => !parts.has(part)), []);
});

/** Who imports whom, as names that `nameOf` gives to paths; nothing imports itself. */
function edgesOf(
  imports: readonly Import[],
  nameOf: (path: string) => string,
): readonly (readonly [string, string])[] {
  return imports.flatMap(({ from, resolved, dynamic }) => {
    if (dynamic || !resolved?.startsWith(LIB.href)) return [];
    const edge = [
      nameOf(from),
      nameOf(resolved.slice(LIB.href.length)),
    ] as const;
    return edge[0] === edge[1] ? [] : [edge];
  });
}

function isPermitted({ from, specifier, resolved, dynamic }: Import): boolean {
  const part = partOf(from);
  const target = resolved?.startsWith(LIB.href)
    ? partOf(resolved.slice(LIB.href.length))
    : packageOf(specifier);
  if (part === target && resolved !== undefined) return true;
  const permitted = [
    ...MAY_IMPORT[part] ?? [],
    ...dynamic ? MAY_LOAD[part] ?? [] : [],
  ];
  return permitted.includes(target);
}

/** The folder of a file; a file that composes folders is a part of its own. */
function partOf(path: string): string {
  if (COMPOSERS.includes(path)) return path.replace(/\.ts$/, "");
  return path.slice(0, path.lastIndexOf("/"));
}

function packageOf(specifier: string): string {
  return /^(?:@[^/]+\/)?[^/]+/.exec(specifier)![0];
}

function statically(from: string, specifier: string): Import {
  const resolved = specifier.startsWith(".")
    ? new URL(specifier, new URL(from, LIB)).href
    : undefined;
  return { from, specifier, resolved, dynamic: false };
}

function describe({ from, specifier }: Import): string {
  return `lib/${from} must not import ${specifier}`;
}
