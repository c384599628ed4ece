import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  judgeAcceptance,
  judgeCompression,
  judgeConnectFailure,
  judgeIdleCut,
  judgeMessages,
  judgePings,
  judgeRefusal,
  judgeViolation,
} from "../../../lib/cli/doctor/diagnosis.ts";

const PROXY = "The proxy http://p:3128 ";

function connectFailure(detail: string) {
  return { type: "connect", kind: "unknown", detail } as const;
}

Deno.test("judgeConnectFailure() advises by step", () => {
  const cases = [
    ["TCP", 3, /firewall/],
    ["TLS", 3, /ws:\/\//],
    ["handshake", 4, /wss:\/\//],
    ["proxy", 3, /port must be that of an HTTP proxy/],
  ] as const;
  for (const [step, code, pattern] of cases) {
    const finding = judgeConnectFailure(step, connectFailure("why"));
    assertEquals([finding.summary, finding.exitCode], ["why", code]);
    assertMatch(finding.advice ?? "", pattern);
  }
  const detail = "Cannot use the option tls: KeyMismatch";
  const invalid = judgeConnectFailure("TLS", { type: "invalid", detail });
  assertMatch(invalid.summary, /^Cannot use --ca, --cert or --key: KeyMis/);
  assertMatch(invalid.advice ?? "", /^Correct the flags/);
  assertEquals(
    judgeConnectFailure("TCP", { type: "close-timeout", timeout: 1 }).summary,
    "close-timeout",
  );
});

Deno.test("judgeConnectFailure() advises by what the proxy answered", () => {
  const cases = {
    "refused to connect to a:80: 407 Proxy Authentication Required":
      /user and password/,
    "refused to connect to [::1]:80: 401": /user and password/,
    "refused to connect to a:80: 403 Filtered": /--no-proxy/,
    "refused to connect to a:80: 405 Method Not Allowed": /forbids/,
    "refused to connect to a:80: 502 Bad Gateway": /does not reach/,
    "is no HTTP proxy": /HTTP proxy/,
  };
  for (const [what, pattern] of Object.entries(cases)) {
    const failure = connectFailure(PROXY + what);
    assertMatch(judgeConnectFailure("proxy", failure).advice ?? "", pattern);
  }
});

Deno.test("judgeAcceptance() shows what was negotiated, and who answered", () => {
  const { outcome, details } = judgeAcceptance({
    kind: "accepted",
    protocol: "a",
    extensions: "",
    fields: [["server", "nginx"], ["date", "now"], ["via", "1"], ["via", "2"]],
    end: 0,
  });
  assertEquals([outcome, details], ["good", ["server: nginx", "via: 1, 2"]]);
});

Deno.test("judgeRefusal() advises by status", () => {
  const judge = (status: number) =>
    judgeRefusal({
      type: "handshake",
      status,
      headers: { location: "wss://b" },
      detail: `${status} why`,
    });
  assertEquals([401, 403, 404].map((each) => judge(each).exitCode), [5, 5, 4]);
  assertMatch(judge(302).advice ?? "", /wss:\/\/b/);
  for (const status of [200, 400, 418, 426, 429, 500, 502]) {
    assert(judge(status).advice, `${status}`);
  }
  assertEquals(judge(404).details, ["location: wss://b"]);
});

Deno.test("judgeRefusal() knows the answer of nginx to a client without a certificate", () => {
  const { advice } = judgeRefusal({
    type: "handshake",
    status: 400,
    headers: {},
    detail: "400 Bad Request: No required SSL certificate was sent",
  });
  assertMatch(advice ?? "", /--cert and --key/);
});

Deno.test("judgeViolation() tells a port without HTTP from a server that is none", () => {
  const judge = (detail: string) =>
    judgeViolation({ type: "protocol", closeCode: 1002, detail });
  const foreign = judge('The answer is not HTTP: it starts with "220"');
  assertEquals(foreign.exitCode, 4);
  assertMatch(foreign.advice ?? "", /speaks HTTP/);
  const wrong = judge("Sec-WebSocket-Accept is wrong");
  assertEquals(wrong.exitCode, 9);
  assertMatch(wrong.advice ?? "", /not from a WebSocket server/);
});

Deno.test("judgePings() gives least, median and most", () => {
  assertEquals(
    judgePings([3, 1, 2.26, 9, 4]).summary,
    "5 answered: least 1.0, median 3.0, most 9.0 ms",
  );
});

Deno.test("judgeIdleCut() advises a ping interval below the limit", () => {
  assertMatch(judgeIdleCut(60_000, "").advice ?? "", / 30s or less/);
  assertMatch(judgeIdleCut(2_014, "").advice ?? "", / 1s or less/);
});

Deno.test("judgeIdleCut() advises at least 0.1 s", () => {
  assertMatch(judgeIdleCut(10, "why").advice ?? "", / 0\.1s or less/);
});

Deno.test("judgeMessages() notes messages without an answer", () => {
  const all = judgeMessages({ sent: 2, arrived: 3, time: 5 });
  assertEquals([all.outcome, all.summary], ["good", "2 sent, 3 arrived"]);
  const some = judgeMessages({ sent: 2, arrived: 1, time: 5_000 });
  assertEquals(
    [some.outcome, some.summary],
    ["notable", "2 sent, 1 arrived in 5.0 s"],
  );
});

const NONE = { messages: 0, plain: 0, wire: 0 };

Deno.test("judgeCompression() tells what it saves, each way", () => {
  const { outcome, summary, details } = judgeCompression({
    agreed: "accepted",
    sent: { messages: 1, plain: 1_000, wire: 400 },
    received: { messages: 12, plain: 19_000, wire: 3_600 },
  });
  assertEquals([outcome, summary], ["good", "saves 80 %"]);
  assertEquals(details, [
    "received: 12 messages, 3,600 bytes instead of 19,000",
    "sent: 1 message, 400 bytes instead of 1,000",
  ]);
});

Deno.test("judgeCompression() notes what is not worth it, and what is declined", () => {
  const poor = judgeCompression({
    agreed: "accepted",
    sent: NONE,
    received: { messages: 3, plain: 1_000, wire: 1_030 },
  });
  assertEquals([poor.outcome, poor.summary], ["notable", "adds 3 %"]);
  assertEquals(poor.details?.length, 1);
  const declined = judgeCompression({
    agreed: "declined",
    sent: NONE,
    received: NONE,
  });
  assertEquals(declined.outcome, "notable");
  assertMatch(declined.advice ?? "", /permessage-deflate/);
});

Deno.test("judgeCompression() judges no few bytes", () => {
  const { outcome, summary, advice } = judgeCompression({
    agreed: "accepted",
    sent: NONE,
    received: { messages: 1, plain: 21, wire: 23 },
  });
  assertEquals([outcome, summary], ["good", "adds 10 %"]);
  assertMatch(advice ?? "", /send more/);
});

Deno.test("judgeCompression() asks for messages where there was none", () => {
  const { outcome, advice } = judgeCompression({
    agreed: "accepted",
    sent: NONE,
    received: NONE,
  });
  assertEquals(outcome, "good");
  assertMatch(advice ?? "", /-x TEXT/);
});
