import { assert, assertEquals, assertRejects } from "@std/assert";
import * as client from "@redis/client";
import {
  CLIENT_PACKAGE,
  type ClientModule,
  loadClientModule,
} from "../../../lib/cli/sessions/client_module.ts";
import { RedisFailure } from "../../../lib/cli/sessions/failure.ts";

const CONFIG = new URL("../../../deno.json", import.meta.url);

Deno.test("loadClientModule() gives the client of Redis", async () => {
  // The types agree: this is checked as the file is.
  const expected: ClientModule = client;
  const { createClient } = await loadClientModule();
  assertEquals(createClient, expected.createClient);
});

Deno.test("CLIENT_PACKAGE is what deno.json imports", async () => {
  const { imports } = JSON.parse(await Deno.readTextFile(CONFIG));
  assertEquals(CLIENT_PACKAGE, imports["@redis/client"]);
});

Deno.test("The package depends on no client of Redis", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "lib/cli/sessions/sessions.ts"],
    cwd: new URL(".", CONFIG),
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout));
  const names: readonly string[] = modules.map(
    ({ specifier }: { readonly specifier: string }) => specifier,
  );
  assert(names.some((name) => name.endsWith("/client_module.ts")));
  assertEquals(names.filter((name) => name.includes("@redis")), []);
});

Deno.test("loadClientModule() says in one line that there is none", async () => {
  const missing = import.meta.resolve("./missing.ts");
  const error = await assertRejects(
    () => loadClientModule(missing),
    RedisFailure,
  );
  assertEquals([error.kind, error.exitCode], ["failure", 1]);
  assert(error.message.startsWith(`Cannot load ${missing}, `), error.message);
  assert(!error.message.includes("\n"), error.message);
});
