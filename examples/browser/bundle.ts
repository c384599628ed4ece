/**
 * Bundles for browsers, made by Deno as in `docs/browsers.md`.
 *
 * @module
 */

/** Bundles by name, such as `page.js`. */
export type Bundles = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/**
 * Bundles modules with `deno bundle`, each with all that it imports.
 *
 * @param entries The modules; `worker.ts` becomes `worker.js`, and the style
 * sheets of `page.js` become `page.css`.
 * @throws {Error} With the message of Deno, if a module cannot be bundled.
 */
export async function bundle(...entries: readonly URL[]): Promise<Bundles> {
  const directory = await Deno.makeTempDir({ prefix: "holdfast-" });
  try {
    await Promise.all(entries.map((entry) => bundleOne(entry, directory)));
    const files = await Array.fromAsync(Deno.readDir(directory));
    return new Map(
      await Promise.all(
        files.map(async ({ name }) =>
          [name, await Deno.readFile(`${directory}/${name}`)] as const
        ),
      ),
    );
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function bundleOne(entry: URL, directory: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "bundle",
      "--quiet",
      "--platform=browser",
      `--outdir=${directory}`,
      entry.href,
    ],
    cwd: new URL(".", import.meta.url),
  }).output();
  if (!success) {
    const reason = new TextDecoder().decode(stderr);
    throw new Error(`Cannot bundle ${entry}: ${reason}`);
  }
}
