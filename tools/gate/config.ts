/** The part of deno.json that the tools read or change. */
export interface Config {
  readonly name: string;
  readonly version: string;
  readonly imports: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string>>;
  readonly compilerOptions: Readonly<Record<string, unknown>>;
  readonly links?: readonly string[];
}

/** Reads deno.json. */
export async function readConfig(): Promise<Config> {
  return JSON.parse(await Deno.readTextFile("deno.json"));
}

/**
 * Calls `use` with the path of a changed copy of deno.json, which stands beside
 * it for as long, so that relative paths keep their meaning.
 */
export async function withConfig<T>(
  name: string,
  change: (config: Config) => Config,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const path = `.deno.${name}.json`;
  await Deno.writeTextFile(path, JSON.stringify(change(await readConfig())));
  try {
    return await use(path);
  } finally {
    await Deno.remove(path);
  }
}
