import { assertEquals } from "@std/assert";
import type {
  ReconnectingWebSocketOptions,
  UrlSource,
} from "../../../lib/client/options/options.ts";
import { Providers } from "../../../lib/client/options/providers.ts";
import { resolveOptions } from "../../../lib/client/options/resolve.ts";

function providers(
  options: ReconnectingWebSocketOptions = {},
  url: UrlSource = "wss://example.com/feed",
): Providers {
  return new Providers(resolveOptions(url, [], options));
}

/** A function that gives one thing after the other, whatever its type says. */
function giving<T>(...values: readonly unknown[]): () => T {
  const rest = [...values];
  return () => {
    const value = rest.shift();
    if (value instanceof Error) throw value;
    return value as T;
  };
}

Deno.test("Providers.url is what was given, or is empty before it is known", async () => {
  assertEquals(providers().url, "wss://example.com/feed");
  const asked = providers({}, giving("https://example.com/a", "wss://b.test"));
  assertEquals(asked.url, "");
  assertEquals(await asked.answer("url"), {
    kind: "value",
    value: "wss://example.com/a",
  });
  assertEquals(asked.url, "wss://example.com/a");
  await asked.answer("url");
  assertEquals(asked.url, "wss://b.test/");
});

Deno.test("Providers.answer() gives what a function throws, and remembers it", async () => {
  const error = new Error("No luck");
  const asked = providers({}, giving(error, "wss://b.test"));
  assertEquals(await asked.answer("url"), {
    kind: "failure",
    detail: "No luck",
  });
  assertEquals(asked.thrown("url"), error);
  assertEquals((await asked.answer("url")).kind, "value");
  assertEquals(asked.thrown("url"), undefined);
});

Deno.test("Providers.answer() gives what is thrown and is no error", async () => {
  const asked = providers({ token: () => Promise.reject("no luck") });
  assertEquals(await asked.answer("token"), {
    kind: "failure",
    detail: "no luck",
  });
});

Deno.test("Providers.answer() says that a URL is of no use", async () => {
  const asked = providers({}, giving("http:", undefined));
  for (let count = 0; count < 2; count += 1) {
    assertEquals((await asked.answer("url")).kind, "failure");
  }
  assertEquals(asked.url, "");
});

Deno.test("Providers.answer() says that what is no string is no token", async () => {
  for (const value of [undefined, null, 5, {}]) {
    assertEquals(await providers({ token: giving(value) }).answer("token"), {
      kind: "unusable",
      detail: `A token must be a string, not of type ${typeof value}`,
    });
  }
});

Deno.test("Providers.secrets has headers, the fixed token and the latest one", async () => {
  const headers = { "x-key": "k" };
  assertEquals(providers({ headers, token: "t" }).secrets, ["k", "t"]);
  const asked = providers({ headers, token: giving("first\n", "second") });
  assertEquals(asked.secrets, ["k"]);
  await asked.answer("token");
  assertEquals(asked.secrets, ["k", "first"]);
  await asked.answer("token");
  assertEquals(asked.secrets, ["k", "second"]);
});

Deno.test("Providers.answer() lets a late answer change nothing", async () => {
  const answers: ((url: string) => void)[] = [];
  const asked = providers(
    {},
    () => new Promise<string>((resolve) => answers.push(resolve)),
  );
  const [given, current] = [asked.answer("url"), asked.answer("url")];
  answers[1]?.("wss://current.test");
  assertEquals((await current).kind, "value");
  answers[0]?.("wss://late.test");
  assertEquals(await given, { kind: "value", value: "wss://late.test/" });
  assertEquals(asked.url, "wss://current.test/");
});

Deno.test("Providers.answer() forgets what a function threw too late", async () => {
  const failures: ((error: Error) => void)[] = [];
  const asked = providers(
    {},
    () => new Promise<string>((_, reject) => failures.push(reject)),
  );
  const [late, current] = [asked.answer("url"), asked.answer("url")];
  const error = new Error("current");
  failures[1]?.(error);
  await current;
  failures[0]?.(new Error("late"));
  await late;
  assertEquals(asked.thrown("url"), error);
});

Deno.test("Providers.noteUrl() keeps the URL of the latest attempt that had one", () => {
  const noted = providers();
  noted.noteUrl("wss://hook.test/");
  noted.noteUrl(undefined);
  assertEquals(noted.url, "wss://hook.test/");
});
