import { assertEquals, assertRejects } from "@std/assert";
import { HookError } from "../../../lib/worker/attempt/hooks.ts";
import {
  type HooksSetup,
  loadHooks,
} from "../../../lib/worker/attempt/load_hooks.ts";
import { setupWith } from "../hub_client.ts";
import { moduleOf } from "../hook_module.ts";

function load(hooks: string, setup: Partial<HooksSetup> = {}) {
  return loadHooks({ ...setupWith({ hooks }), ...setup });
}

Deno.test("loadHooks() imports a module, or none", async () => {
  assertEquals(await loadHooks(setupWith({})), {});
  const hooks = await load(
    moduleOf("export const ping = () => 'p'; export const other = 1;"),
  );
  assertEquals(hooks.ping?.(), "p");
});

Deno.test("loadHooks() says what is wrong with a module, and whether it can pass", async () => {
  for (
    const [code, message, retryable] of [
      [
        "export const token = 'abc';",
        "Cannot use the export token",
        false,
      ],
      ["throw new RangeError('too far');", "RangeError: too far", true],
      ["JSON.parse('<p>');", "is not valid JSON", true],
      ["syntax error", "SyntaxError", false],
    ] as const
  ) {
    const error = await assertRejects(
      () => load(moduleOf(code)),
      HookError,
      message,
    );
    assertEquals([error.hook, error.retryable], ["hooks", retryable], code);
  }
});

Deno.test("loadHooks() wants the hooks that other options name", async () => {
  const { config } = setupWith({});
  const hook = { hook: true } as const;
  const heartbeat = { interval: 1, timeout: 1, deliver: false };
  const greeting = { reject: [], timeout: 1 };
  const token = {
    source: { kind: "hook" },
    placement: { kind: "query", name: "t" },
    insecure: "loopback",
    leeway: 0,
  } as const;
  const setups: Readonly<Record<string, Partial<HooksSetup>>> = {
    token: { token },
    greeting: { config: { ...config, greeting: { ...greeting, hook: true } } },
    ping: { config: { ...config, heartbeat: { ...heartbeat, message: hook } } },
    isPong: {
      config: { ...config, heartbeat: { ...heartbeat, expect: hook } },
    },
  };
  for (const [name, setup] of Object.entries(setups)) {
    const error = await assertRejects(
      () => load(moduleOf("export {};"), setup),
      HookError,
      `The module exports no ${name}()`,
    );
    assertEquals([error.hook, error.retryable], [name, false]);
    const module = moduleOf(`export const ${name} = () => {};`);
    assertEquals(Object.keys(await load(module, setup)), [name]);
  }
  const others: Partial<HooksSetup> = {
    token: { ...token, source: { kind: "client" } },
    config: {
      ...config,
      greeting: { ...greeting, hook: false },
      heartbeat: { ...heartbeat, message: "ping" },
    },
  };
  assertEquals(Object.keys(await load(moduleOf("export {};"), others)), []);
});

Deno.test("loadHooks() downloads a module again that could not be downloaded", async () => {
  // A module that is downloaded would be entered in the lockfile.
  let status = 503;
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response("", { status }),
  );
  const url = `http://127.0.0.1:${server.addr.port}/hooks.js`;
  const busy = await assertRejects(() => load(url), HookError, "503");
  assertEquals([busy.hook, busy.retryable], ["hooks", true]);
  status = 403;
  const denied = await assertRejects(() => load(url), HookError, "403");
  assertEquals([denied.hook, denied.retryable], ["hooks", false]);
});
