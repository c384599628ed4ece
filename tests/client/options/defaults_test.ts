import { assert, assertEquals, assertObjectMatch } from "@std/assert";
import { DEFAULTS } from "../../../lib/client/options/options.ts";

const SOURCE = await Deno.readTextFile(
  new URL("../../../lib/client/options/options.ts", import.meta.url),
);
const DEFAULTS_OF: Readonly<Record<string, object>> = {
  HeartbeatOptions: DEFAULTS.heartbeat,
  OutboxOptions: DEFAULTS.outbox,
  InboxOptions: DEFAULTS.inbox,
  ReconnectingWebSocketOptions: DEFAULTS,
};

for (const [name, defaults] of Object.entries(DEFAULTS_OF)) {
  Deno.test(`${name} documents the defaults that it has`, async () => {
    const told = await toldOf(name);
    for (const [key, value] of Object.entries(defaults)) {
      assert(told.has(key), `${key} has no @default`);
      const documented = told.get(key);
      if (typeof documented !== "object" || Array.isArray(documented)) {
        assertEquals(documented, value, key);
      } else assertObjectMatch(value, documented as Record<string, unknown>);
    }
  });
}

/** What is documented as the default of each member of an interface. */
async function toldOf(name: string): Promise<ReadonlyMap<string, unknown>> {
  const start = SOURCE.indexOf(`export interface ${name} {`);
  const body = SOURCE.slice(start, SOURCE.indexOf("\n}", start));
  const told = new Map<string, unknown>();
  const member = /@default \{(.+)\}\s*\*\/\s*readonly (\w+)\?/g;
  for (const [, value = "", key = ""] of body.matchAll(member)) {
    const module = `export default (${value})`;
    const { default: parsed } = await import(
      `data:text/javascript,${encodeURIComponent(module)}`
    );
    told.set(key, parsed);
  }
  return told;
}
