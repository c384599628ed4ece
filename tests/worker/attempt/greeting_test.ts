import { assert, assertEquals, assertRejects } from "@std/assert";
import type { GreetingConfig } from "../../../lib/connection/config.ts";
import type { InboxConfig } from "../../../lib/queue/inbox.ts";
import type { Data } from "../../../lib/queue/data.ts";
import {
  Greeting,
  type GreetingContext,
} from "../../../lib/worker/attempt/greeting.ts";
import { HookError, type Hooks } from "../../../lib/worker/attempt/hooks.ts";

const BOUNDS: InboxConfig = {
  maxMessages: 2,
  maxBytes: 100,
  overflow: "pause",
};
const GREETING: GreetingConfig = { reject: [], timeout: 1_000, hook: false };
const STORED = { kind: "held", result: { kind: "stored" } } as const;

function greeterWith(config?: Partial<GreetingConfig>): Greeting {
  return new Greeting(config && { ...GREETING, ...config }, {
    bounds: BOUNDS,
    redact: (text) => text.replaceAll("canary", "…"),
  });
}

function introduce(
  sent: Data[],
  more: Partial<GreetingContext> = {},
): GreetingContext {
  return {
    attempt: 1,
    signal: new AbortController().signal,
    token: undefined,
    placement: undefined,
    hooks: {},
    send: (data) => sent.push(data),
    ...more,
  };
}

function exact(data: string) {
  return { kind: "exact", data } as const;
}

Deno.test("Greeter.begin() sends the token, then the greeting", () => {
  const sent: Data[] = [];
  const placement = { kind: "message", text: '{"token":"{token}"}' } as const;
  const greeting = greeterWith({ send: "hello" }).begin(
    introduce(sent, { token: "t", placement }),
  );
  assertEquals(greeting, undefined);
  assertEquals(sent, ['{"token":"t"}', "hello"]);
});

Deno.test("Greeter.begin() sends nothing without a config and a token for it", () => {
  const sent: Data[] = [];
  const placement = { kind: "query", name: "t" } as const;
  greeterWith().begin(introduce(sent));
  greeterWith().begin(introduce(sent, { token: "t", placement }));
  assertEquals(sent, []);
});

Deno.test("Greeter.receive() holds what is no answer, in order", () => {
  const greeter = greeterWith({ expect: exact("welcome") });
  greeter.begin(introduce([]));
  assertEquals(greeter.receive("a", 1), STORED);
  assert(!greeter.hasRoom);
  assertEquals(greeter.receive("welcome", 7), { kind: "greeted" });
  assertEquals(greeter.receive("b", 1), {
    kind: "held",
    result: { kind: "full" },
  });
  assertEquals(greeter.size, { messages: 2, bytes: 2 });
  assertEquals(
    [greeter.takeHeld(), greeter.takeHeld(), greeter.takeHeld()],
    ["a", "b", undefined],
  );
});

Deno.test("Greeter.drop() forgets what is held", () => {
  const greeter = greeterWith();
  greeter.receive("abc", 3);
  assertEquals(greeter.drop(), { count: 1, bytes: 3 });
  assertEquals(greeter.takeHeld(), undefined);
});

Deno.test("Greeter.receive() quotes a rejection, redacted before it is cut", () => {
  const huge = "y".repeat(100_000);
  const greeter = greeterWith({
    reject: [exact("no"), exact(huge), {
      kind: "subset",
      value: { type: "error" },
    }],
  });
  const detailOf = (data: Data) => {
    const reception = greeter.receive(data, 1);
    assert(reception.kind === "rejected");
    assert(reception.failure.type === "authentication");
    return reception.failure.detail;
  };
  assertEquals(detailOf("no"), 'The server answered "no"');
  const long = detailOf(
    `{"type":"error","x":"${"y".repeat(75)}canarycanary${"z".repeat(9)}"}`,
  );
  assert(long.endsWith('…"') && !long.includes("can"), long);
  assertEquals(
    detailOf(huge),
    "The server answered with 100000 characters",
  );
});

Deno.test("Greeter.receive() quotes no binary rejection", () => {
  const data = new Uint8Array([1, 2]).buffer;
  const greeter = greeterWith({ reject: [{ kind: "exact", data }] });
  const reception = greeter.receive(data.slice(0), 2);
  assert(reception.kind === "rejected");
  assertEquals(reception.failure, {
    type: "authentication",
    detail: "The server answered with 2 bytes",
  });
});

Deno.test("Greeter.begin() lets a hook speak, and keeps from it nothing", async () => {
  const sent: Data[] = [];
  const received: Data[] = [];
  const greeting: Hooks["greeting"] = async (session) => {
    session.send(`login ${session.token} ${session.attempt}`);
    received.push(await session.receive(), await session.receive());
    session.send(new Uint8Array([7]).buffer);
  };
  const greeter = greeterWith({ hook: true });
  const done = greeter.begin(
    introduce(sent, { token: "t", hooks: { greeting } }),
  );
  assertEquals(greeter.receive("one", 3), { kind: "received" });
  assertEquals(greeter.receive("two", 3), STORED);
  await done;
  assertEquals(received, ["one", "two"]);
  assertEquals(sent, ["login t 1", new Uint8Array([7]).buffer]);
  assertEquals(greeter.receive("rest", 4).kind, "held");
  assertEquals(greeter.takeHeld(), "rest");
});

Deno.test("Greeter.begin() rejects by name when the hook fails or is missing", async () => {
  const greeter = greeterWith({ hook: true });
  const greeting: Hooks["greeting"] = (session) => {
    // A module in JavaScript can send anything.
    session.send(1 as never);
  };
  for (const hooks of [{}, { greeting }]) {
    const error = await assertRejects(
      async () => await greeter.begin(introduce([], { hooks })),
      HookError,
    );
    assertEquals(error.hook, "greeting");
  }
});

Deno.test("Greeter.begin() lets a hook wait no longer than the attempt", async () => {
  const abort = new AbortController();
  const greeting: Hooks["greeting"] = async (session) => {
    session.receive();
    await session.receive().catch(() => {});
    await session.receive();
  };
  const greeter = greeterWith({ hook: true });
  const done = greeter.begin(
    introduce([], { hooks: { greeting }, signal: abort.signal }),
  );
  abort.abort(new Error("over"));
  await assertRejects(async () => await done, HookError, "over");
  // A later attempt's messages are not for it.
  greeter.begin(introduce([], { hooks: { greeting: () => {} } }));
  assertEquals(greeter.receive("a", 1), STORED);
});
