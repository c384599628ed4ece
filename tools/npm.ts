/**
 * Makes the package as npm gets it from JSR, to try it in Node and Bun.
 *
 * ```sh
 * deno task npm holdfast.tgz
 * npm install ./holdfast.tgz
 * ```
 *
 * @module
 */

// deno-lint-ignore-file no-console

import { makeTarball } from "./npm/tarball.ts";

if (import.meta.main) {
  const [target = "holdfast.tgz"] = Deno.args;
  const directory = await Deno.makeTempDir({ prefix: "holdfast-" });
  try {
    await Deno.copyFile(await makeTarball(directory), target);
    console.log(`npm install @holdfast/websocket@file:${target}`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
