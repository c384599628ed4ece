import { assertEquals } from "@std/assert";
import { withFlags } from "../../lib/cli/flag_text.ts";

Deno.test("withFlags() names flags where the library names options", () => {
  const texts = {
    'Set heartbeat.interval, or "allowInsecure"':
      "Set --ping-interval, or --allow-insecure",
    "leave out tls.cert, or use proxy: false":
      "leave out --cert, or use --no-proxy",
    "the option tls.caCerts names more": "--ca names more",
    "Cannot use the option tls: KeyMismatch":
      "Cannot use --ca, --cert or --key: KeyMismatch",
    'The option "proxy" is no URL': "--proxy is no URL",
    'Option "headers" must not': "--header must not",
    "credentials: the option proxy, or": "credentials: --proxy, or",
    "something else": "something else",
  };
  for (const [option, flag] of Object.entries(texts)) {
    assertEquals(withFlags(option), flag);
  }
});
