import { assert, assertEquals } from "@std/assert";
import {
  readVariable,
  type Route,
  routeTo,
} from "../../../../lib/transport/tcp/dial/proxy.ts";

type Variables = Readonly<Record<string, string>>;

/** The proxy that is chosen, as text. */
function choose(
  url: string,
  variables: Variables = {},
  setting?: string | false,
): string {
  return show(routeTo(new URL(url), setting, (name) => variables[name]));
}

function show(route: Route): string {
  switch (route.kind) {
    case "direct":
      return "direct";
    case "proxy":
      return route.url.href;
    case "unusable":
      return route.detail;
  }
}

const ALL: Variables = Object.fromEntries([
  ["http_proxy", "http://plain:1"],
  ["https_proxy", "http://secure:2"],
  ["all_proxy", "http://all:3"],
]);

Deno.test("routeTo() goes straight where nothing names a proxy, or the option says so", () => {
  assertEquals(choose("ws://a.example"), "direct");
  assertEquals(choose("wss://a.example", ALL, false), "direct");
});

Deno.test("routeTo() prefers the option to the environment, for this machine too", () => {
  const option = "http://user:secret@p:8080";
  assertEquals(choose("ws://a.example", ALL, option), `${option}/`);
  assertEquals(choose("ws://localhost", ALL, option), `${option}/`);
});

Deno.test("routeTo() takes the variable of the scheme, then ALL_PROXY, in either case", () => {
  assertEquals(choose("ws://a.example", ALL), "http://plain:1/");
  assertEquals(choose("wss://a.example", ALL), "http://secure:2/");
  const upper = { HTTPS_PROXY: "https://s:4", ALL_PROXY: "p:3128" };
  assertEquals(choose("wss://a.example", upper), "https://s:4/");
  assertEquals(choose("ws://a.example", upper), "http://p:3128/");
  assertEquals(choose("ws://a.example", { http_proxy: " " }), "direct");
});

Deno.test("routeTo() prefers a variable in lower case", () => {
  const upper = {
    ...{ HTTP_PROXY: "a:1", HTTPS_PROXY: "b:2", ALL_PROXY: "c:3" },
    NO_PROXY: "a.example",
  };
  const lower = Object.fromEntries([["no_proxy", "b.example"]]);
  const both = { ...upper, ...ALL, ...lower };
  assertEquals(choose("ws://a.example", both), "http://plain:1/");
  assertEquals(choose("wss://a.example", both), "http://secure:2/");
  assertEquals(choose("ws://b.example", both), "direct");
  const other = Object.fromEntries([["ALL_PROXY", "c:3"], [
    "all_proxy",
    "d:4",
  ]]);
  assertEquals(choose("ws://a.example", other), "http://d:4/");
});

Deno.test("routeTo() reaches this machine without the environment's proxy", () => {
  for (const host of ["localhost", "127.0.0.1", "[::1]", "a.localhost"]) {
    assertEquals(choose(`ws://${host}:8080`, ALL), "direct");
  }
});

Deno.test("routeTo() says which proxies cannot be used", () => {
  assertEquals(
    choose("ws://a.example", { ALL_PROXY: "socks5://p:1080" }),
    "The variable ALL_PROXY names a proxy with socks5:, but only http: and " +
      "https: can be used",
  );
  assertEquals(
    choose("ws://a.example", { http_proxy: "http://:::" }),
    "The variable http_proxy is no URL of a proxy",
  );
});

const EXCEPTED: readonly [list: string, url: string, direct: boolean][] = [
  ["*", "ws://a.example", true],
  ["a.example", "ws://a.example", true],
  ["A.Example", "ws://a.example", true],
  ["example", "ws://a.example", true],
  [".example", "ws://a.example", true],
  ["*.example", "ws://a.example", true],
  ["ample", "ws://a.example", false],
  ["b.example, a.example", "ws://a.example", true],
  ["a.example:80", "ws://a.example", true],
  ["a.example:443", "wss://a.example", true],
  ["a.example:8080", "ws://a.example", false],
  ["a.example:8080", "ws://a.example:8080", true],
  ["10.0.0.0/8", "ws://10.1.2.3", true],
  ["10.0.0.0/8", "ws://11.1.2.3", false],
  ["0.0.0.0/0", "ws://11.1.2.3", true],
  ["10.0.0.0/40", "ws://10.1.2.3", false],
  ["10.0.0.0/8", "ws://a.example", false],
  ["fe80::/10", "ws://[fe80::1]", false],
  ["[fd00::1]", "ws://[fd00::1]", true],
  ["fd00::1", "ws://[fd00::1]", true],
  ["", "ws://a.example", false],
];

for (const [list, url, direct] of EXCEPTED) {
  Deno.test(`routeTo() goes ${direct ? "straight" : "by proxy"} to ${url} with NO_PROXY="${list}"`, () => {
    for (const name of ["no_proxy", "NO_PROXY"]) {
      const route = choose(url, { ALL_PROXY: "p", [name]: list });
      assertEquals(route, direct ? "direct" : "http://p/");
    }
  });
}

Deno.test("readVariable() reads what may be read", () => {
  assert(readVariable("PATH") !== undefined);
});

Deno.test("readVariable() does not ask for the permission", {
  permissions: { env: false },
}, () => {
  assertEquals(readVariable("PATH"), undefined);
});
