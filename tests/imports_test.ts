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

const PURE = [
  "connection",
  "connection/backoff",
  "connection/config",
  "connection/transition",
  "queue",
  "rfc6455",
  "identity",
];

/** What each folder of lib/ may import: other folders, and packages. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  queue: [],
  "rfc6455/deflate": [],
  rfc6455: ["rfc6455/deflate"],
  "rfc6455/handshake": ["rfc6455", "rfc6455/deflate"],
  identity: [],
  "connection/backoff": ["rfc6455"],
  "connection/config": ["connection/backoff", "queue"],
  connection: ["connection/backoff", "connection/config", "rfc6455"],
  "connection/states": ["connection", "connection/backoff", "rfc6455"],
  "connection/transition": ["connection", "connection/states", "rfc6455"],
  boundary: [...PURE, "session/client", "session/flow", "session/wire"],
  "session/wire": [],
  "session/flow": ["session/wire"],
  "session/store": ["session/wire", "session/flow"],
  "session/client": ["session/wire", "session/flow"],
  "session/server": ["session/wire", "session/flow", "session/store"],
  "server/stores": ["platform", "session/wire", "session/store"],
  "server/stores/sqlite": [
    "platform",
    "session/wire",
    "session/flow",
    "session/store",
    "server/stores",
    "node:sqlite",
  ],
  "server/stores/redis": [
    "platform",
    "session/wire",
    "session/flow",
    "session/store",
    "server/stores",
    "node:buffer",
  ],
  "server/admission": ["platform", "session/wire"],
  "server/api": [
    "platform",
    "server/admission",
    "session/wire",
    "session/server",
    "session/store",
  ],
  "server/connection": [
    "platform",
    "server/admission",
    "server/api",
    "session/wire",
    "session/server",
    "session/store",
  ],
  server: [
    "platform",
    "server/admission",
    "server/api",
    "server/connection",
    "server/stores",
    "server/stores/sqlite",
    "session/wire",
    "session/flow",
    "session/store",
  ],
  platform: [],
  transport: [
    "connection",
    "connection/config",
    "platform",
    "queue",
    "rfc6455",
  ],
  "transport/native": [
    "transport",
    "connection",
    "platform",
    "queue",
    "rfc6455",
  ],
  "transport/ws": [
    "transport",
    "connection",
    "queue",
    "rfc6455",
    "@types/ws",
    "ws",
  ],
  "transport/tcp/dial": [
    "connection",
    "connection/config",
    "rfc6455",
    "rfc6455/handshake",
    "transport",
  ],
  "transport/tcp": [
    "connection",
    "connection/config",
    "queue",
    "transport",
    "rfc6455",
    "rfc6455/deflate",
    "rfc6455/handshake",
    "pako",
    "transport/tcp/dial",
  ],
  "transport/load": [
    "connection/config",
    "platform",
    "transport",
    "transport/native",
    "transport/tcp",
    "transport/ws",
  ],
  "worker/attempt": [...PURE, "boundary", "platform", "transport"],
  "worker/posts": ["boundary", "queue", "worker/attempt"],
  "worker/features": [
    "boundary",
    "connection",
    "connection/config",
    "queue",
    "rfc6455",
    "transport",
    "worker/attempt",
    "worker/posts",
  ],
  "worker/session": [
    "boundary",
    "connection",
    "platform",
    "queue",
    "rfc6455",
    "session/client",
    "session/flow",
    "session/wire",
    "transport",
    "worker/attempt",
    "worker/posts",
  ],
  "worker/connection": [
    ...PURE,
    "boundary",
    "platform",
    "transport",
    "worker/attempt",
    "worker/features",
    "worker/posts",
    "worker/session",
  ],
  worker: [
    "boundary",
    "connection",
    "platform",
    "transport",
    "transport/load",
    "transport/ws",
    "worker/attempt",
    "worker/connection",
    "worker/posts",
  ],
  "client/errors": ["connection", "rfc6455", "identity"],
  "client/workers": ["boundary", "connection", "connection/config", "platform"],
  "client/remote": [
    ...PURE,
    "boundary",
    "platform",
    "session/wire",
    "client/workers",
  ],
  "client/options": [
    ...PURE,
    "boundary",
    "platform",
    "session/wire",
    "client/workers",
  ],
  "client/socket": [
    ...PURE,
    "boundary",
    "platform",
    "client/errors",
    "client/options",
    "client/remote",
    "client/workers",
    "@std/async",
  ],
  "client/in_thread": [
    "client/errors",
    "client/remote",
    "client/workers",
    "worker",
    "worker/features",
    "worker/session",
  ],
  client: [
    ...PURE,
    "boundary",
    "client/options",
    "client/remote",
    "client/socket",
    "client/workers",
    "platform",
  ],
  "messages/format": ["queue", "client/errors", "client/options"],
  messages: [
    "messages/format",
    "queue",
    "platform",
    "client/errors",
    "client/options",
  ],
  otel: ["platform", "client/errors", "client/socket", "@opentelemetry/api"],
  "otel/server": ["otel", "platform", "server/api", "@opentelemetry/api"],
  "cli/terminal": ["platform"],
  cli: [
    "rfc6455",
    "platform",
    "cli/terminal",
    "client/errors",
    "client/options",
    "@std/cli",
  ],
  "cli/connect": [
    "connection/config",
    "identity",
    "cli",
    "cli/terminal",
    "client",
    "client/errors",
    "client/options",
    "client/socket",
    "@std/async",
    "@std/cli",
    "@std/log",
  ],
  "cli/serve": [
    "platform",
    "server",
    "cli",
    "cli/terminal",
    "ws",
    "node:http",
    "node:https",
    "node:net",
  ],
  "cli/doctor": [
    "connection",
    "connection/config",
    "identity",
    "queue",
    "rfc6455",
    "rfc6455/handshake",
    "platform",
    "transport",
    "transport/tcp",
    "transport/tcp/dial",
    "cli",
    "cli/terminal",
    "client/errors",
    "client/options",
    "node:dns",
    "node:net",
    "node:tls",
  ],
  "cli/storm": [
    "connection",
    "connection/backoff",
    "connection/config",
    "connection/transition",
    "rfc6455",
    "cli",
    "cli/terminal",
    "client/options",
  ],
};

/** Where parts are put together: each of these files stands for itself. */
const COMPOSERS = [
  "connection/transition.ts",
  "transport/load.ts",
  "client/in_thread.ts",
];

/** What is loaded on demand: a hub for `worker: "none"`, and each command. */
const MAY_LOAD: Readonly<Record<string, readonly string[]>> = {
  "client/workers": ["worker"],
  cli: ["cli/connect", "cli/serve", "cli/doctor", "cli/storm"],
};

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
    ["client/workers/worker_host.ts", "../../worker/serve.ts"],
    ["client/workers/worker_host.ts", "ws"],
    ["client/options/options.ts", "../cli/mod.ts"],
    ["messages/mod.ts", "../worker/hub.ts"],
    ["otel/mod.ts", "../connection/redact.ts"],
    ["server/connection/connection.ts", "../../worker/hub.ts"],
    ["server/session_server.ts", "ws"],
    ["server/stores/memory.ts", "../../worker/hub.ts"],
    ["server/stores/sqlite/store.ts", "../../../client/errors/mod.ts"],
    ["client/socket/status.ts", "@opentelemetry/api"],
    ["stray/file.ts", "../protocol.ts"],
  ];
  for (const [from, specifier] of wrong) {
    assertEquals(isPermitted(statically(from, specifier)), false, specifier);
  }
});

Deno.test("isPermitted() lets the client load the server in-thread", () => {
  const load = statically(
    "client/workers/worker_host.ts",
    "../../worker/serve.ts",
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
  const folders = Object.groupBy(
    await filesOfLib(),
    (path) => path.slice(0, path.lastIndexOf("/")),
  );
  const large = Object.entries(folders)
    .filter(([, files = []]) => files.length > 15);
  assertEquals(large, []);
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
