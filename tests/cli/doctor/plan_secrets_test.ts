import { assertEquals } from "@std/assert";
import type { OpeningPlan } from "../../../lib/cli/doctor/opening_steps.ts";
import {
  secretsOf,
  withoutSecrets,
} from "../../../lib/cli/doctor/plan_secrets.ts";

const JWT = "eyJhbGciOiJub25l.eyJzdWIiOiJjYW5hcnki.c2lnbmF0dXJl";
const PLAN: OpeningPlan = {
  url: new URL("wss://alice:p%40ssword@host/?key=query-canary"),
  protocols: ["graphql-transport-ws", `auth.${JWT}`],
  headers: { Cookie: "session=cookie-canary" },
  token: "token-canary",
  allowInsecure: false,
  network: {},
  route: {
    kind: "proxy",
    url: new URL("http://bob:proxy-canary@proxy"),
    source: "The option proxy",
  },
};

Deno.test("secretsOf() knows the token, headers, both URLs, and tokens in subprotocols", () => {
  const hide = (text: string) =>
    withoutSecrets({ outcome: "bad", summary: text }, secretsOf(PLAN)).summary;
  for (
    const text of [
      ...["alice", "p@ssword", "query-canary", "cookie-canary"],
      ...["token-canary", "proxy-canary", `auth.${JWT}`, JWT],
    ]
  ) assertEquals(hide(`<${text}>`), "<…>", text);
  const names = "graphql-transport-ws host";
  assertEquals(hide(names), names);
});

Deno.test("secretsOf() knows nothing of a plan without secrets", () => {
  const secrets = secretsOf({
    ...PLAN,
    url: new URL("ws://host"),
    protocols: ["chat"],
    headers: {},
    token: undefined,
    route: { kind: "direct" },
  });
  assertEquals(secrets.filter((text) => text !== ""), []);
});

Deno.test("withoutSecrets() hides in summary, details and advice", () => {
  const finding = {
    outcome: "bad",
    summary: "401 token-canary",
    details: ["server: x", "location: /?t=token-canary"],
    advice: "use /?t=token-canary",
    exitCode: 5,
  } as const;
  assertEquals(withoutSecrets(finding, ["token-canary"]), {
    outcome: "bad",
    summary: "401 …",
    details: ["server: x", "location: /?t=…"],
    advice: "use /?t=…",
    exitCode: 5,
  });
});
