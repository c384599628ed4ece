import { assertEquals, assertMatch } from "@std/assert";
import {
  judgeCertificate,
  judgeTlsProblem,
} from "../../../lib/cli/doctor/tls_diagnosis.ts";

const NOW = Date.UTC(2026, 0, 1);
const DAY = 86_400_000;

function certificate(from: number, to: number) {
  return { subject: "a", issuer: "b", names: "a.example", from, to };
}

function adviceFor(
  detail: string,
  client: "known" | "anonymous" = "anonymous",
): string {
  const finding = judgeTlsProblem({
    detail,
    host: "c.example",
    certificate: certificate(NOW, NOW + DAY),
    client,
  });
  assertEquals([finding.outcome, finding.exitCode], ["bad", 3]);
  assertEquals([finding.summary, finding.details?.length], [detail, 2]);
  return finding.advice ?? "";
}

Deno.test("judgeCertificate() notes an end that is near", () => {
  const good = judgeCertificate(certificate(NOW, NOW + 90 * DAY), NOW);
  const soon = judgeCertificate(certificate(NOW, NOW + 3 * DAY), NOW);
  assertEquals([good.outcome, soon.outcome], ["good", "notable"]);
  assertMatch(soon.advice ?? "", /ends on 2026-01-04/);
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

const ADVICE: Readonly<Record<string, RegExp>> = {
  "invalid peer certificate: UnknownIssuer": /If you trust b, .*--ca FILE/,
  "invalid peer certificate: CaUsedAsEndEntity": /CA:FALSE/,
  "certificate expired: not valid after 1609459200": /Renew/,
  "certificate not valid before 2208988800": /clocks/,
  'certificate not valid for name "c.example"': /get one for c\.example/,
  "received fatal alert: CertificateRequired": /--cert and --key/,
  "received fatal alert: ProtocolVersion": /TLS 1\.2 or 1\.3/,
  "received corrupt message of type InvalidContentType": /ws:\/\//,
  "received fatal alert: InternalError": /server's log/,
};

for (const [detail, pattern] of Object.entries(ADVICE)) {
  Deno.test(`judgeTlsProblem() says what to do about ${detail}`, () => {
    assertMatch(adviceFor(detail), pattern);
  });
}

Deno.test("judgeTlsProblem() knows that there is a client certificate already", () => {
  const detail = "received fatal alert: CertificateRequired";
  assertMatch(adviceFor(detail, "known"), /trusts the authority of your/);
});

Deno.test("judgeTlsProblem() tells a self-signed certificate, and does without one", () => {
  const detail = "invalid peer certificate: UnknownIssuer";
  const judge = (
    facts: ReturnType<typeof certificate> | undefined,
  ) =>
    judgeTlsProblem({
      detail,
      host: "c",
      certificate: facts,
      client: "anonymous",
    });
  const own = { ...certificate(NOW, NOW + DAY), issuer: "a" };
  assertMatch(judge(own).advice ?? "", /self-signed/);
  assertMatch(judge(undefined).advice ?? "", /If you trust its authority/);
  assertEquals(judge(undefined).details, []);
});
