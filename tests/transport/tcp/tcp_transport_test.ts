import { tcpTransport } from "../../../lib/transport/tcp/tcp_transport.ts";
import { testFrames } from "../frame_suite.ts";
import { testPermissions } from "../permission_suite.ts";
import { testTransport } from "../transport_suite.ts";

const traits = {
  symbol: "tcpTransport",
  load: () => Promise.resolve(tcpTransport),
  wireCodes: {},
  unanswered: "lost",
  refused: "refused",
  refusal: { headers: { "retry-after": "7" }, retryAfter: 7_000 },
} as const;

testTransport(traits);
testFrames(traits);
testPermissions({ ...traits, name: "tcp" });
