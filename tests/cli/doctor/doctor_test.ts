import { assert, assertEquals, assertMatch } from "@std/assert";
import { doctor } from "../../../lib/cli/doctor/doctor.ts";
import {
  judgeCertificate,
  judgeHandshake,
  judgeIdleCut,
  judgeRefusedCertificate,
} from "../../../lib/cli/doctor/diagnosis.ts";
import { startEchoServer } from "../../../lib/cli/serve/echo_server.ts";
import { PLATFORM_CLOCK } from "../../../lib/platform/clock.ts";
import { SELF_SIGNED } from "../../system/servers/self_signed.ts";
import { FakeSessionIo } from "../terminal/fake_session_io.ts";

const NOW = Date.UTC(2026, 0, 1);
const DAY = 86_400_000;
const SETTINGS = {
  hostname: "127.0.0.1",
  port: 0,
  idleTimeout: Infinity,
  dropEvery: Infinity,
  token: undefined,
  certificate: undefined,
  clock: PLATFORM_CLOCK,
  note: () => {},
};

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
  const expected = [/ended on 2025-12-31/, /clocks/, /by itself/, /speaks TLS/];
  for (const [index, pattern] of expected.entries()) {
    assertMatch(advice[index] ?? "", pattern);
  }
});

Deno.test("judgeHandshake() advises by status and never takes a wrong accept", () => {
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

Deno.test("doctor() finds a server that works", async () => {
  await using server = await startEchoServer(SETTINGS);
  const io = new FakeSessionIo();
  assertEquals(await doctor([server.url, "--idle", "50ms"], io), 0);
  const steps = io.written.match(/^ok {4}\w+/gm);
  assertEquals(steps?.map((step) => step.slice(6)), [
    "DNS",
    "TCP",
    "handshake",
    "pings",
    "idle",
  ]);
  assertMatch(io.written, /\nIt works\.\n$/);
});

Deno.test("doctor() finds a server that cuts idle connections", async () => {
  await using server = await startEchoServer({ ...SETTINGS, idleTimeout: 300 });
  const io = new FakeSessionIo();
  assertEquals(await doctor([server.url, "--idle", "20s"], io), 0);
  assertMatch(io.written, /note {2}idle .* cut after 0\.\d s of silence/);
  assertMatch(io.written, /with reservations/);
});

Deno.test("doctor() shows the dates of a certificate that nobody trusts", async () => {
  await using server = await startEchoServer({
    ...SETTINGS,
    certificate: SELF_SIGNED,
  });
  const io = new FakeSessionIo();
  assertEquals(await doctor([server.url], io), 3);
  assertMatch(io.written, /FAIL {2}TLS/);
  assertMatch(io.written, /from 2026-11-21 to 2126-10-28/);
  assert(io.written.split("\n").every((line) => line.length <= 80));
});

Deno.test("doctor() gives up on a handshake that is never answered", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const accepted = listener.accept();
  const io = new FakeSessionIo();
  const url = `ws://127.0.0.1:${listener.addr.port}`;
  assertEquals(await doctor([url, "--timeout", "100ms"], io), 6);
  assertMatch(io.written, /FAIL {2}handshake .*No answer in time/);
  (await accepted).close();
  listener.close();
});
