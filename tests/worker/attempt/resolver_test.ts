import { assertEquals, assertRejects } from "@std/assert";
import type {
  Answer,
  Setup,
  TokenSetup,
} from "../../../lib/boundary/protocol.ts";
import { ResolveError } from "../../../lib/worker/attempt/failures.ts";
import { HookError } from "../../../lib/worker/attempt/hooks.ts";
import { Resolver } from "../../../lib/worker/attempt/resolver.ts";
import { Secrets } from "../../../lib/worker/attempt/secrets.ts";
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

function resolverWith(setup: Partial<Setup>, answers: Answer[] = []) {
  const whole = setupWith(setup);
  const asked: string[] = [];
  const secrets = new Secrets(whole);
  const resolver = new Resolver(whole, {
    loadFeatures: () => import("../../../lib/worker/features/features.ts"),
    loadTransport: new FakeTransports().load,
    requests: {
      request: (what) => {
        asked.push(what);
        return Promise.resolve(answers.shift() ?? value("unexpected"));
      },
    },
    secrets,
    clock: new ManualClock(),
  });
  const { signal } = new AbortController();
  return {
    resolver,
    secrets,
    asked,
    resolve: () => resolver.resolve({ attempt: 1, signal }),
  };
}

function value(value: string): Answer {
  return { kind: "value", value };
}

/** A setup that asks for its URL. */
function without({ url: _, ...setup }: Setup): Setup {
  return setup;
}

Deno.test("Resolver.resolve() takes what the setup has", async () => {
  const { resolver, resolve } = resolverWith({
    protocols: ["p"],
    headers: { a: "b" },
  });
  const { target, url, token, placement } = await resolve();
  assertEquals(target, {
    url: "ws://localhost/",
    protocols: ["p"],
    headers: { a: "b" },
  });
  assertEquals([url, token, placement], [
    "ws://localhost/",
    undefined,
    undefined,
  ]);
  assertEquals(resolver.renewAt, Infinity);
  resolver.invalidate();
});

Deno.test("Resolver.resolve() asks for the URL and checks it", async () => {
  const setup = without(setupWith());
  const asking = (answer: Answer) => {
    const resolver = new Resolver(setup, {
      loadFeatures: () => import("../../../lib/worker/features/features.ts"),
      loadTransport: new FakeTransports().load,
      requests: { request: () => Promise.resolve(answer) },
      secrets: new Secrets(setup),
      clock: new ManualClock(),
    });
    const { signal } = new AbortController();
    return resolver.resolve({ attempt: 1, signal });
  };
  assertEquals(
    (await asking(value("https://host/?a=b"))).url,
    "wss://host/?a=b",
  );
  for (
    const [answer, detail] of [
      [value("no url"), "The URL it gave is not a valid URL"],
      [value("ftp://x"), "has the scheme"],
      [{ kind: "failure", detail: "it threw" }, "it threw"],
    ] as const
  ) {
    const { failure } = await assertRejects(
      () => asking(answer),
      ResolveError,
    );
    assertEquals(failure.type === "provider" && failure.name, "url");
    assertEquals(
      failure.type === "provider" && failure.detail.includes(detail),
      true,
    );
  }
});

Deno.test("Resolver.resolve() prefers the hook url()", async () => {
  const hooks = moduleOf(
    "export const url = ({ attempt }) => new URL('http://hook/' + attempt)",
  );
  const { resolve } = resolverWith({ hooks });
  assertEquals((await resolve()).url, "ws://hook/1");
  const bad = resolverWith({ hooks: moduleOf("export const url = () => {}") });
  await assertRejects(bad.resolve, ResolveError);
});

Deno.test("Resolver.resolve() places a token and keeps it out of the URL to show", async () => {
  const placement = { kind: "query", name: "t" } as const;
  const { resolver, secrets, resolve, asked } = resolverWith(
    { token: { ...TOKEN, placement } },
    [value("tok1"), value("tok2")],
  );
  const { target, url, token } = await resolve();
  assertEquals(target.url, "ws://localhost/?t=tok1");
  assertEquals([url, token], ["ws://localhost/", "tok1"]);
  assertEquals(secrets.redact("tok1"), "…");
  resolver.invalidate();
  assertEquals((await resolve()).token, "tok2");
  assertEquals(asked, ["token", "token"]);
  assertEquals(resolver.renewAt, Infinity);
});

Deno.test("Resolver.resolve() asks the hook token(), by name", async () => {
  const token: TokenSetup = { ...TOKEN, source: { kind: "hook" } };
  const hooks = moduleOf("export const token = async () => 'hooked'");
  const { target } = await resolverWith({ token, hooks }).resolve();
  assertEquals(target.headers, { Authorization: "Bearer hooked" });
  for (const code of ["export {}", "export const token = () => { throw 1 }"]) {
    const error = await assertRejects(
      resolverWith({ token, hooks: moduleOf(code) }).resolve,
      HookError,
    );
    assertEquals(error.hook, "token");
  }
});

Deno.test("Resolver.resolve() sends no token over plain ws: to another machine", async () => {
  const url = "ws://example.com/";
  const { resolve, asked } = resolverWith({ token: TOKEN, url });
  const { failure } = await assertRejects(resolve, ResolveError);
  assertEquals(failure.type, "invalid");
  assertEquals(asked, []);
  const allowed = { ...TOKEN, insecure: "allowed" } as const;
  assertEquals(
    (await resolverWith({ token: allowed, url }).resolve()).url,
    url,
  );
});

Deno.test("Resolver.resolve() reports a token function that failed", async () => {
  const { resolve } = resolverWith({ token: TOKEN }, [
    { kind: "failure", detail: "no network" },
  ]);
  const { failure } = await assertRejects(resolve, ResolveError);
  assertEquals(failure, {
    type: "provider",
    name: "token",
    detail: "no network",
  });
});
