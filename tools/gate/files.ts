/** Lists the TypeScript files below a directory, sorted; none if it is absent. */
export async function typescriptFiles(directory: string): Promise<string[]> {
  const files: string[] = [];
  for (const { name, isDirectory } of await entries(directory)) {
    const path = `${directory}/${name}`;
    if (isDirectory) files.push(...await typescriptFiles(path));
    else if (name.endsWith(".ts")) files.push(path);
  }
  return files.sort();
}

async function entries(directory: string): Promise<Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(directory));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
