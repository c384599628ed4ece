import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  judgeCertificate,
  judgeHandshake,
  judgeIdleCut,
  judgePings,
  judgeRefusedCertificate,
} from "../../../lib/cli/doctor/diagnosis.ts";

const NOW = Date.UTC(2026, 0, 1);
const DAY = 86_400_000;

function certificate(from: number, to: number) {
  return { subject: "a", issuer: "b", names: "a.example", from, to };
}

Deno.test("judgeCertificate() notes an end that is near", () => {
  const good = judgeCertificate(certificate(NOW, NOW + 90 * DAY), NOW);
  const soon = judgeCertificate(certificate(NOW, NOW + 3 * DAY), NOW);
  assertEquals([good.outcome, soon.outcome], ["good", "notable"]);
  assertMatch(soon.advice ?? "", /ends on 2026-01-04/);
});

Deno.test("judgeRefusedCertificate() says what is wrong with it", () => {
  const certificates = [
    certificate(NOW - 9 * DAY, NOW - DAY),
    certificate(NOW + DAY, NOW + 9 * DAY),
    { ...certificate(NOW, NOW + DAY), issuer: "a" },
    undefined,
  ];
  const advice = certificates.map((certificate) =>
    judgeRefusedCertificate({ certificate, why: "", now: NOW }).advice
  );
  const expected = [
    /ended on 2025-12-31/,
    /clocks/,
    /self-signed/,
    /speaks TLS/,
  ];
  for (const [index, pattern] of expected.entries()) {
    assertMatch(advice[index] ?? "", pattern);
  }
});

Deno.test("judgeHandshake() advises by status and refuses a wrong Sec-WebSocket-Accept", () => {
  const judge = (status: number, accepted = false) =>
    judgeHandshake({
      status,
      statusLine: `HTTP/1.1 ${status}`,
      headers: new Map([["location", "wss://b"]]),
      accepted,
    });
  assertEquals(judge(101, true).outcome, "good");
  assertEquals(
    [judge(101), judge(401), judge(404)].map((each) => each.exitCode),
    [9, 5, 4],
  );
  assertMatch(judge(302).advice ?? "", /wss:\/\/b/);
  for (const status of [0, 200, 400, 418, 426, 429, 500, 502]) {
    assert(judge(status).advice, `${status}`);
  }
});

Deno.test("judgeIdleCut() advises a ping interval below the limit", () => {
  assertMatch(judgeIdleCut(60_000, "").advice ?? "", / 30s or less/);
  assertMatch(judgeIdleCut(2_014, "").advice ?? "", / 1s or less/);
});

Deno.test("judgeCertificate() shows whom it is for, and its dates", () => {
  const named = judgeCertificate(certificate(NOW, NOW + 90 * DAY), NOW);
  assertEquals(named.details, [
    "for a.example, by b",
    "from 2026-01-01 to 2026-04-01",
  ]);
  const unnamed = { ...certificate(NaN, NOW + 90 * DAY), names: "" };
  assertEquals(judgeCertificate(unnamed, NOW).details, [
    "for a, by b",
    "from unknown to 2026-04-01",
  ]);
});

Deno.test("judgeRefusedCertificate() looks at names and chain where nothing else is wrong", () => {
  const { advice, exitCode, details } = judgeRefusedCertificate({
    certificate: certificate(NOW - DAY, NOW + DAY),
    why: "unknown issuer",
    now: NOW,
  });
  assertMatch(advice ?? "", /names this host/);
  assertEquals([exitCode, details?.length], [3, 2]);
});

Deno.test("judgePings() gives least, median and most", () => {
  assertEquals(
    judgePings([3, 1, 2.26, 9, 4]).summary,
    "5 answered: least 1.0, median 3.0, most 9.0 ms",
  );
});

Deno.test("judgeIdleCut() advises at least 0.1 s", () => {
  assertMatch(judgeIdleCut(10, "why").advice ?? "", / 0\.1s or less/);
});
