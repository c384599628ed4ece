// What must hold of the files of the repository as such.

import { assertEquals } from "@std/assert";
import { typescriptFiles } from "../../tools/gate/files.ts";

async function read(path: string): Promise<string> {
  return await Deno.readTextFile(new URL(`../../${path}`, import.meta.url));
}

Deno.test("deno.lock names no registry host", async () => {
  const lock = await read("deno.lock");
  assertEquals(lock.match(/\w+:\/\/[^"]*/g), null);
});

Deno.test("no program names a path below /tmp", async () => {
  const folders = ["examples", "lib", "tests", "tools"];
  const files = (await Promise.all(folders.map(typescriptFiles))).flat();
  // Only a literal: makeTempDir() is for the rest.
  const named = await Promise.all(
    files.map(async (file) =>
      /["'`]\/tmp\//.test(await read(file)) ? [file] : []
    ),
  );
  assertEquals(named.flat(), []);
});

Deno.test("tools/std stands in for the versions that deno.json asks for", async () => {
  const { imports } = JSON.parse(await read("deno.json"));
  for (const name of ["assert", "async", "cli", "log"]) {
    const { version } = JSON.parse(await read(`tools/std/${name}/deno.json`));
    assertEquals(imports[`@std/${name}`], `jsr:@std/${name}@^${version}`);
  }
});

// Older versions of ws send the credentials of a URL as they are written there.
Deno.test("deno.json asks for a ws that decodes the credentials of a URL", async () => {
  const { imports } = JSON.parse(await read("deno.json"));
  const [major = 0, minor = 0] = imports.ws.replace("npm:ws@^", "").split(".")
    .map(Number);
  assertEquals([major, minor >= 23], [8, true]);
});
