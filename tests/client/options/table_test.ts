import {
  assert,
  assertEquals,
  assertObjectMatch,
  assertStrictEquals,
} from "@std/assert";
import {
  DEFAULTS,
  OPTIONS,
  PLATFORM_ROWS,
} from "../../../lib/client/options/table.ts";

const SOURCES = await Promise.all(
  ["options", "message_options", "queue_options"].map((name) =>
    Deno.readTextFile(
      new URL(`../../../lib/client/options/${name}.ts`, import.meta.url),
    )
  ),
);
const SOURCE = SOURCES.join("\n");
const DEFAULTS_OF: Readonly<Record<string, object>> = {
  HeartbeatOptions: DEFAULTS.heartbeat,
  OutboxOptions: DEFAULTS.outbox,
  InboxOptions: DEFAULTS.inbox,
  ReconnectingWebSocketOptions: DEFAULTS,
};

for (const [name, defaults] of Object.entries(DEFAULTS_OF)) {
  Deno.test(`${name} documents the defaults that it has`, async () => {
    const documentation = await documentedDefaults(name);
    for (const [key, value] of Object.entries(defaults)) {
      assert(documentation.has(key), `${key} has no @default`);
      const documented = documentation.get(key);
      if (typeof documented !== "object" || Array.isArray(documented)) {
        assertEquals(documented, value, key);
      } else assertObjectMatch(value, documented as Record<string, unknown>);
    }
  });
}

Deno.test("DEFAULTS is frozen, at each depth", () => {
  assert([DEFAULTS, ...Object.values(DEFAULTS)].every(Object.isFrozen));
});

Deno.test("DEFAULTS has no option whose default is undefined", () => {
  const absent = [
    "greeting",
    "hooks",
    "logger",
    "proxy",
    "signal",
    "tls",
    "token",
  ];
  assertEquals(
    Object.keys(OPTIONS.members).filter((name) => !(name in DEFAULTS)).sort(),
    absent,
  );
});

Deno.test("DEFAULTS has the members of a heartbeat that its type has", () => {
  const typed: Record<keyof typeof DEFAULTS.heartbeat, true> = {
    interval: true,
    timeout: true,
    deliver: true,
  };
  assertEquals(
    Object.keys(DEFAULTS.heartbeat).sort(),
    Object.keys(typed).sort(),
  );
});

Deno.test("PLATFORM_ROWS are among OPTIONS", () => {
  for (const [name, row] of Object.entries(PLATFORM_ROWS)) {
    assertStrictEquals(OPTIONS.members[name], row);
  }
});

/** What is documented as the default of each member of an interface. */
async function documentedDefaults(
  name: string,
): Promise<ReadonlyMap<string, unknown>> {
  const start = SOURCE.indexOf(`export interface ${name} {`);
  const body = SOURCE.slice(start, SOURCE.indexOf("\n}", start));
  const found = new Map<string, unknown>();
  const member = /@default \{(.+)\}\s*\*\/\s*readonly (\w+)\?/g;
  for (const [, value = "", key = ""] of body.matchAll(member)) {
    const module = `export default (${value})`;
    const { default: parsed } = await import(
      `data:text/javascript,${encodeURIComponent(module)}`
    );
    found.set(key, parsed);
  }
  return found;
}
