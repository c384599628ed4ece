/**
 * The imports of lib/, type imports included, as `deno info --json` sees them.
 */

/** The folder that the paths are below. */
export const LIB = new URL("../lib/", import.meta.url);

/** An import of a file in lib/. */
export interface Import {
  /** The path of the file below lib/. */
  readonly from: string;
  readonly specifier: string;
  readonly resolved: string | undefined;
  readonly dynamic: boolean;
}

/** The groups of names that reach each other, sorted. */
export function circlesIn(
  edges: readonly (readonly [from: string, to: string])[],
): readonly (readonly string[])[] {
  const names = [...new Set(edges.flat())].sort();
  const reach = new Map(names.map((name) => [name, reachOf(name, edges)]));
  const circles = names.map((name) =>
    names.filter((other) =>
      reach.get(name)!.has(other) && reach.get(other)!.has(name)
    )
  );
  return circles.filter((circle, index) => circle[0] === names[index]);
}

function reachOf(
  name: string,
  edges: readonly (readonly [string, string])[],
): ReadonlySet<string> {
  const reached = new Set<string>();
  const open = [name];
  for (let from = open.pop(); from !== undefined; from = open.pop()) {
    for (const [source, target] of edges) {
      if (source !== from || reached.has(target)) continue;
      reached.add(target);
      open.push(target);
    }
  }
  return reached;
}

interface Info {
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly specifier: string;
      readonly isDynamic?: boolean;
      readonly code?: { readonly specifier?: string };
      readonly type?: { readonly specifier?: string };
    }[];
  }[];
}

/** The paths of all files, below lib/. */
export async function filesOfLib(): Promise<readonly string[]> {
  const files = await Array.fromAsync(walk(LIB));
  return files.map((file) => file.slice(LIB.href.length));
}

let found: Promise<readonly Import[]> | undefined;

/** All imports of the files in lib/, read once for all tests. */
export function importsOfLib(): Promise<readonly Import[]> {
  return found ??= readImports();
}

async function readImports(): Promise<readonly Import[]> {
  const imports = new Map<string, Import[]>();
  for await (const file of walk(LIB)) {
    if (imports.has(file)) continue;
    for (const { specifier, dependencies = [] } of (await info(file)).modules) {
      if (!specifier.startsWith(LIB.href)) continue;
      const from = specifier.slice(LIB.href.length);
      imports.set(
        specifier,
        dependencies.map(({ specifier, isDynamic, code, type }) => ({
          from,
          specifier,
          resolved: code?.specifier ?? type?.specifier,
          dynamic: isDynamic ?? false,
        })),
      );
    }
  }
  return [...imports.values()].flat();
}

async function* walk(directory: URL): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (isDirectory) yield* walk(new URL(`${name}/`, directory));
    else if (name.endsWith(".ts")) yield new URL(name, directory).href;
  }
}

async function info(file: string): Promise<Info> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", file],
    cwd: new URL("..", LIB),
  });
  const { stdout } = await command.output();
  return JSON.parse(new TextDecoder().decode(stdout));
}
