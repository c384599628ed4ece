/**
 * The import directions (CONTRIBUTING.md), type imports included, as
 * `deno info --json` sees them.
 */

import { assertEquals } from "@std/assert";

/** What each part of lib/ may import: parts and packages. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  connection: [],
  protocol: ["connection"],
  worker: ["protocol", "connection", "@std/async", "@types/ws", "ws"],
  client: ["protocol", "connection", "@std/async"],
  messages: ["client", "@std/async"],
  otel: ["client", "@opentelemetry/api"],
  cli: [
    "connection",
    "client",
    "messages",
    "@std/async",
    "@std/cli",
    "@std/log",
    "ws",
    // For the steps of doctor and the server of serve.
    "node:dns",
    "node:http",
    "node:https",
    "node:net",
    "node:tls",
  ],
};

/** `worker: "none"` binds a hub in-thread; nothing else crosses over. */
const DYNAMIC_EXCEPTION = "worker/serve.ts";

const LIB = new URL("../lib/", import.meta.url);

interface Import {
  readonly from: string;
  readonly specifier: string;
  readonly resolved: string | undefined;
  readonly dynamic: boolean;
}

Deno.test("lib/ imports in the permitted directions only", async () => {
  const imports = await importsOfLib();
  assertEquals(imports.filter((each) => !isPermitted(each)).map(describe), []);
});

Deno.test("isPermitted() refuses each wrong direction", () => {
  const wrong: readonly [from: string, specifier: string][] = [
    ["connection/backoff.ts", "../protocol.ts"],
    ["connection/backoff.ts", "@std/async/delay"],
    ["connection/backoff.ts", "node:events"],
    ["protocol.ts", "./client/errors.ts"],
    ["worker/hub.ts", "../client/errors.ts"],
    ["worker/hub.ts", "../../tools/ok.ts"],
    ["client/worker_host.ts", "../worker/serve.ts"],
    ["client/worker_host.ts", "ws"],
    ["client/options.ts", "../cli/mod.ts"],
    ["messages/mod.ts", "../worker/hub.ts"],
    ["otel/mod.ts", "../connection/redact.ts"],
    ["client/status.ts", "@opentelemetry/api"],
    ["stray/file.ts", "../protocol.ts"],
  ];
  for (const [from, specifier] of wrong) {
    assertEquals(isPermitted(statically(from, specifier)), false, specifier);
  }
});

Deno.test("isPermitted() lets the client load the server in-thread", () => {
  const load = statically("client/worker_host.ts", "../worker/serve.ts");
  assertEquals(isPermitted({ ...load, dynamic: true }), true);
});

function isPermitted({ from, specifier, resolved, dynamic }: Import): boolean {
  const part = partOf(from);
  const target = resolved?.startsWith(LIB.href)
    ? partOf(resolved.slice(LIB.href.length))
    : packageOf(specifier);
  if (part === target && resolved !== undefined) return true;
  if (dynamic && part === "client" && specifier.endsWith(DYNAMIC_EXCEPTION)) {
    return true;
  }
  return MAY_IMPORT[part]?.includes(target) ?? false;
}

function partOf(path: string): string {
  return path.split("/")[0]!.replace(/\.ts$/, "");
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

interface Info {
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly specifier: string;
      readonly isDynamic?: boolean;
      readonly code?: { readonly specifier?: string };
      readonly type?: { readonly specifier?: string };
    }[];
  }[];
}

async function importsOfLib(): Promise<readonly Import[]> {
  const imports = new Map<string, Import[]>();
  for await (const file of walk(LIB)) {
    if (imports.has(file)) continue;
    for (const { specifier, dependencies = [] } of (await info(file)).modules) {
      if (!specifier.startsWith(LIB.href)) continue;
      const from = specifier.slice(LIB.href.length);
      imports.set(
        specifier,
        dependencies.map(({ specifier, isDynamic, code, type }) => ({
          from,
          specifier,
          resolved: code?.specifier ?? type?.specifier,
          dynamic: isDynamic ?? false,
        })),
      );
    }
  }
  return [...imports.values()].flat();
}

async function* walk(directory: URL): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (isDirectory) yield* walk(new URL(`${name}/`, directory));
    else if (name.endsWith(".ts")) yield new URL(name, directory).href;
  }
}

async function info(file: string): Promise<Info> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", file],
    cwd: new URL("..", LIB),
  });
  const { stdout } = await command.output();
  return JSON.parse(new TextDecoder().decode(stdout));
}
