import { assert, assertEquals, assertRejects } from "@std/assert";
import type { GreetingConfig } from "../../../lib/connection/config/config.ts";
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

function greetingWith(config?: Partial<GreetingConfig>): Greeting {
  return new Greeting(config && { ...GREETING, ...config }, {
    bounds: BOUNDS,
    redact: (text) => text.replaceAll("canary", "…"),
  });
}

function contextWith(
  sent: Data[],
  { signal = new AbortController().signal, ...resolution }:
    & Partial<GreetingContext["resolution"]>
    & { readonly signal?: AbortSignal } = {},
): GreetingContext {
  return {
    attempt: { attempt: 1, signal },
    resolution: {
      token: undefined,
      placement: undefined,
      hooks: {},
      ...resolution,
    },
    send: (data) => sent.push(data),
    resume: () => {},
  };
}

function exact(data: string) {
  return { kind: "exact", data } as const;
}

Deno.test("Greeting.begin() sends the token, then the greeting", () => {
  const sent: Data[] = [];
  const placement = { kind: "message", text: '{"token":"{token}"}' } as const;
  const hook = greetingWith({ send: "hello" }).begin(
    contextWith(sent, { token: "t", placement }),
  );
  assertEquals(hook, undefined);
  assertEquals(sent, ['{"token":"t"}', "hello"]);
});

Deno.test("Greeting.begin() sends nothing without a config and a token for it", () => {
  const sent: Data[] = [];
  const placement = { kind: "query", name: "t" } as const;
  greetingWith().begin(contextWith(sent));
  greetingWith().begin(contextWith(sent, { token: "t", placement }));
  assertEquals(sent, []);
});

Deno.test("Greeting.receive() holds what is no answer, in order", () => {
  const greeting = greetingWith({ expect: exact("welcome") });
  greeting.begin(contextWith([]));
  assertEquals(greeting.receive("a", 1), STORED);
  assert(!greeting.hasRoom);
  assertEquals(greeting.receive("welcome", 7), { kind: "greeted" });
  assertEquals(greeting.receive("b", 1), {
    kind: "held",
    result: { kind: "full" },
  });
  assertEquals(greeting.size, { messages: 2, bytes: 2 });
  assertEquals(
    [greeting.takeHeld(), greeting.takeHeld(), greeting.takeHeld()],
    ["a", "b", undefined],
  );
});

Deno.test("Greeting.drop() forgets what is held", () => {
  const greeting = greetingWith();
  greeting.receive("abc", 3);
  assertEquals(greeting.drop(), { count: 1, bytes: 3 });
  assertEquals(greeting.takeHeld(), undefined);
});

Deno.test("Greeting.receive() quotes a rejection, redacted before it is cut", () => {
  const huge = "y".repeat(100_000);
  const greeting = greetingWith({
    reject: [exact("no"), exact(huge), {
      kind: "subset",
      value: { type: "error" },
    }],
  });
  const detailOf = (data: Data) => {
    const reception = greeting.receive(data, 1);
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

Deno.test("Greeting.receive() quotes no binary rejection", () => {
  const data = new Uint8Array([1, 2]).buffer;
  const greeting = greetingWith({ reject: [{ kind: "exact", data }] });
  const reception = greeting.receive(data.slice(0), 2);
  assert(reception.kind === "rejected");
  assertEquals(reception.failure, {
    type: "authentication",
    detail: "The server answered with 2 bytes",
  });
});

Deno.test("Greeting.begin() lets a hook send and receive", async () => {
  const sent: Data[] = [];
  const received: Data[] = [];
  const hook: Hooks["greeting"] = async (session) => {
    session.send(`login ${session.token} ${session.attempt}`);
    received.push(await session.receive(), await session.receive());
    session.send(new Uint8Array([7]).buffer);
  };
  const greeting = greetingWith({ hook: true });
  const done = greeting.begin(
    contextWith(sent, { token: "t", hooks: { greeting: hook } }),
  );
  assertEquals(greeting.receive("one", 3), { kind: "received" });
  assertEquals(greeting.receive("two", 3), STORED);
  await done;
  assertEquals(received, ["one", "two"]);
  assertEquals(sent, ["login t 1", new Uint8Array([7]).buffer]);
  assertEquals(greeting.receive("rest", 4).kind, "held");
  assertEquals(greeting.takeHeld(), "rest");
});

Deno.test("Greeting.begin() rejects by name when the hook fails or is missing", async () => {
  const greeting = greetingWith({ hook: true });
  const hook: Hooks["greeting"] = (session) => {
    // A module in JavaScript can send anything.
    session.send(1 as never);
  };
  for (const hooks of [{}, { greeting: hook }]) {
    const error = await assertRejects(
      async () => await greeting.begin(contextWith([], { hooks })),
      HookError,
    );
    assertEquals(error.hook, "greeting");
  }
});

Deno.test("Greeting.begin() lets a hook wait no longer than the attempt", async () => {
  const abort = new AbortController();
  const hook: Hooks["greeting"] = async (session) => {
    session.receive();
    await session.receive().catch(() => {});
    await session.receive();
  };
  const greeting = greetingWith({ hook: true });
  const done = greeting.begin(
    contextWith([], { hooks: { greeting: hook }, signal: abort.signal }),
  );
  abort.abort(new Error("over"));
  await assertRejects(async () => await done, HookError, "over");
  // A later attempt's messages are not for it.
  greeting.begin(contextWith([], { hooks: { greeting: () => {} } }));
  assertEquals(greeting.receive("a", 1), STORED);
});
