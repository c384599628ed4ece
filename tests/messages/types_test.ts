// The compiler is the test: `deno check` fails where a statement below is wrong.

import type { StandardSchemaV1 } from "@standard-schema/spec";
import { assertEquals } from "@std/assert";
import * as v from "valibot";
import { z } from "zod";
import type { ReconnectingWebSocket } from "../../lib/client/reconnecting_websocket.ts";
import type { WorkerWebSocket } from "../../lib/client/worker_websocket.ts";
import {
  type Dispatcher,
  dispatcher,
  type Issue,
  type MessageSocket,
  type OutputOf,
  type Schema,
  type SchemaResult,
} from "../../lib/messages/mod.ts";
import { FakeSocket } from "./fake_socket.ts";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends
  (<T>() => T extends B ? 1 : 2) ? true : false;

const schemas = {
  say: z.object({ text: z.string() }),
  at: z.object({ when: z.string().transform((text) => new Date(text)) }),
  count: v.object({ value: v.optional(v.number(), 0) }),
};

type Messages = Dispatcher<typeof schemas>;

// The output of a schema, not its input.
true satisfies Same<OutputOf<typeof schemas, "say">, { text: string }>;
true satisfies Same<OutputOf<typeof schemas, "at">, { when: Date }>;
true satisfies Same<OutputOf<typeof schemas, "count">, { value: number }>;

// Ours is the interface of the package.
({}) as StandardSchemaV1<string, Date> satisfies Schema<string, Date>;
({}) as Schema<string, Date> satisfies StandardSchemaV1<string, Date>;
({}) as Issue satisfies StandardSchemaV1.Issue;
({}) as StandardSchemaV1.Issue satisfies Issue;
({}) as SchemaResult<Date> satisfies StandardSchemaV1.Result<Date>;

// Each WebSocket of ours fits, and the platform's.
({}) as WebSocket satisfies MessageSocket;
({}) as WorkerWebSocket satisfies MessageSocket;
({}) as ReconnectingWebSocket satisfies MessageSocket;

export function checkOn(messages: Messages): void {
  messages.on("say", ({ text }) => text satisfies string);
  messages.on("at", ({ when }, { type }) => [when satisfies Date, type]);
  messages.on("count", async ({ value }) => await (value satisfies number));
  // @ts-expect-error: there is no schema of that name
  messages.on("shout", () => {});
  // @ts-expect-error: text is no number
  messages.on("say", ({ text }) => text satisfies number);
  // @ts-expect-error: there is no such member
  messages.on("say", ({ loud }) => loud);
}

export async function checkRequest(messages: Messages): Promise<void> {
  await messages.request("say") satisfies { text: string };
  await messages.request("add", { a: 1 }, { reply: "count" }) satisfies {
    value: number;
  };
  await messages.request("at", {}, { timeout: 1, resend: true }) satisfies {
    when: Date;
  };
  // @ts-expect-error: an answer of that type has no schema
  await messages.request("add", { a: 1 });
  // @ts-expect-error: there is no schema of that name
  await messages.request("say", {}, { reply: "shout" });
  // @ts-expect-error: a count has no text
  await messages.request("say", {}, { reply: "count" }) satisfies {
    text: string;
  };
}

export function checkSubscribe(messages: Messages): void {
  messages.subscribe("join", {}, { unsubscribe: { type: "leave" } });
  // @ts-expect-error: a message has a type
  messages.subscribe("join", {}, { unsubscribe: { data: 1 } });
}

Deno.test("dispatcher() infers the types of its schemas", () => {
  using messages = dispatcher(new FakeSocket(), schemas);
  const same: Same<typeof messages, Messages> = true;
  assertEquals(same, true);
});
