import { assertEquals, assertRejects } from "@std/assert";
import type { Setup, TokenSetup } from "../../../lib/boundary/protocol.ts";
import { equip } from "../../../lib/worker/attempt/equipment.ts";
import { ResolveError } from "../../../lib/worker/attempt/failures.ts";
import { HookError } from "../../../lib/worker/attempt/hooks.ts";
import type { Resolution } from "../../../lib/worker/attempt/resolution.ts";
import { FakeTransports } from "../../transport/fake_transport.ts";
import { ManualClock } from "../../platform/manual_clock.ts";
import { setupWith } from "../hub_client.ts";
import { moduleOf } from "../hook_module.ts";

const TOKEN: TokenSetup = {
  source: { kind: "client" },
  placement: { kind: "header", name: "Authorization", scheme: "Bearer" },
  insecure: "loopback",
  leeway: 0,
};
const FOUND: Resolution = {
  ...{ kind: new FakeTransports(), hooks: {}, url: "wss://h/" },
  target: { url: "wss://h/", protocols: [], headers: {} },
  ...{ token: undefined, placement: undefined },
};
const CONTEXT = { attempt: 1, signal: new AbortController().signal };

async function equipWith(setup: Partial<Setup>) {
  const noted: string[] = [];
  const tokens = ["tok1", "tok2"];
  const equipment = await equip({
    setup: setupWith(setup),
    secrets: { noteToken: (token) => void noted.push(token) },
    clock: new ManualClock(),
    requestToken: () => Promise.resolve(tokens.shift() ?? "none"),
  });
  return { equipment, noted };
}

Deno.test("Equipment.complete() adds the hooks where there is no token", async () => {
  const hooks = moduleOf(`export const url = () => new URL("ws://hook/");`);
  const { equipment, noted } = await equipWith({ hooks });
  const resolution = await equipment.complete(FOUND, CONTEXT);
  assertEquals(resolution, { ...FOUND, hooks: equipment.hooks });
  assertEquals(await equipment.url(CONTEXT), "ws://hook/");
  assertEquals([noted, equipment.renewAt], [[], Infinity]);
  equipment.invalidate();
});

Deno.test("Equipment.complete() puts the token in its place, and keeps it until it is refused", async () => {
  const { equipment, noted } = await equipWith({ token: TOKEN });
  const { placement } = TOKEN;
  const resolution = await equipment.complete(FOUND, CONTEXT);
  const headers = { Authorization: "Bearer tok1" };
  const target = { ...FOUND.target, headers };
  assertEquals(resolution, { ...FOUND, target, token: "tok1", placement });
  assertEquals(await equipment.token(CONTEXT), "tok1");
  equipment.invalidate();
  assertEquals(await equipment.token(CONTEXT), "tok2");
  assertEquals(noted, ["tok1", "tok1", "tok2"]);
  assertEquals(await equipment.url(CONTEXT), undefined);
});

Deno.test("equip() notes a static token before it loads the hooks", async () => {
  const noted: string[] = [];
  const source = { kind: "static", token: "canary" } as const;
  const setup = { token: { ...TOKEN, source }, hooks: moduleOf("canary!") };
  await assertRejects(() =>
    equip({
      setup: setupWith(setup),
      secrets: { noteToken: (token) => void noted.push(token) },
      clock: new ManualClock(),
      requestToken: () => Promise.resolve("none"),
    }), HookError);
  assertEquals(noted, ["canary"]);
});

Deno.test("Equipment.complete() sends no token over ws: to another machine", async () => {
  const { equipment } = await equipWith({ token: TOKEN });
  const far = { ...FOUND, url: "ws://h/" };
  await assertRejects(() => equipment.complete(far, CONTEXT), ResolveError);
  const near = { ...FOUND, url: "ws://localhost/" };
  assertEquals((await equipment.complete(near, CONTEXT)).token, "tok1");
  const allowed = await equipWith({ token: { ...TOKEN, insecure: "allowed" } });
  const { token } = await allowed.equipment.complete(far, CONTEXT);
  assertEquals(token, "tok1");
});

Deno.test("Equipment.token() asks the hook where the setup says so", async () => {
  const token: TokenSetup = { ...TOKEN, source: { kind: "hook" } };
  const hooks = moduleOf(
    `export const token = ({ attempt }) => "of hook " + attempt;`,
  );
  const { equipment } = await equipWith({ token, hooks });
  assertEquals(await equipment.token(CONTEXT), "of hook 1");
  const none = moduleOf("export const url = () => 'ws://h/';");
  await assertRejects(() => equipWith({ token, hooks: none }), HookError);
});
