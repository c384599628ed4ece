/**
 * The package as JSR gives it to npm: a `.js` and, for the entry points and what
 * they name, a `.d.ts` beside each `.ts`. The entry points have no conditions but
 * `types` and `default`, so what differs between runtimes is decided as it runs.
 *
 * @module
 */

import { readConfig } from "../gate/config.ts";
import { deno } from "../gate/deno.ts";
import { typescriptFiles } from "../gate/files.ts";

/** `from "./a.ts"` and `import("./a.ts")`; other names of a `.ts` stay. */
const RELATIVE =
  /((?:from|import)\s*\(?\s*)(["'])(\.{1,2}\/[^"']*)\.ts(["'][^"'\n]*)/g;

/** What is needed besides the command line, whose `@std/*` npm's registry lacks. */
const DEPENDENCIES = ["@opentelemetry/api", "pako", "ws"];

/**
 * Makes the package in a directory.
 *
 * @returns The path of the tarball.
 */
export async function makeTarball(directory: string): Promise<string> {
  const packed = `${directory}/packed.tgz`;
  const { success, output } = await deno([
    "pack",
    "--allow-dirty",
    "--no-source-maps",
    `--output=${packed}`,
  ]);
  if (!success) throw new Error(`Cannot pack: ${output}`);
  await tar("-xzf", packed, "-C", directory);
  const root = `${directory}/package`;
  // Stand-ins for packages of JSR.
  await Deno.remove(`${root}/tools`, { recursive: true });
  await addSources(root);
  await Deno.writeTextFile(
    `${root}/package.json`,
    JSON.stringify(await manifest(root), undefined, 2),
  );
  const tarball = `${directory}/holdfast.tgz`;
  await tar("-czf", tarball, "-C", directory, "package");
  return tarball;
}

/** JSR keeps the sources, with the names that the scripts have. */
async function addSources(root: string): Promise<void> {
  const paths = [...await typescriptFiles("lib"), "mod.ts", "worker.ts"];
  for (const path of paths) {
    const text = await Deno.readTextFile(path);
    await Deno.writeTextFile(
      `${root}/${path}`,
      text.replace(RELATIVE, "$1$2$3.js$4"),
    );
  }
}

async function manifest(root: string): Promise<object> {
  const { name, version, exports, imports } = await readConfig();
  const entries = Object.entries(exports).map(async ([entry, path]) => {
    const stem = path.replace(/\.ts$/, "");
    const types = `${stem}.d.ts`;
    return [entry, {
      ...await isFile(`${root}/${types}`) && { types },
      default: `${stem}.js`,
    }] as const;
  });
  const dependencies = DEPENDENCIES.map((each) => {
    const target = imports[each] ?? "";
    return [each, target.slice(target.lastIndexOf("@") + 1)];
  });
  return {
    name: `@jsr/${name.slice(1).replace("/", "__")}`,
    version,
    type: "module",
    exports: Object.fromEntries(await Promise.all(entries)),
    dependencies: Object.fromEntries(dependencies),
  };
}

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isFile }) => isFile, () => false);
}

async function tar(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("tar", { args }).output();
  if (!success) throw new Error(`tar: ${new TextDecoder().decode(stderr)}`);
}
