/** Messages in a chunk, each behind so many bytes that are no ASCII. */
export function chunkOf(
  texts: readonly string[],
  gap = 2,
): { readonly chunk: Uint8Array; readonly bounds: number[] } {
  const bytes: number[] = [];
  const bounds: number[] = [];
  for (const text of texts) {
    bytes.push(...new Array(gap).fill(0xff));
    const start = bytes.length;
    bytes.push(...new TextEncoder().encode(text));
    bounds.push(start, bytes.length);
  }
  return { chunk: new Uint8Array(bytes), bounds };
}
