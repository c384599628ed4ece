/**
 * Lists what a report in the lcov format says was never run, as
 * `path:line what`, with paths relative to `root`.
 */
export function uncovered(lcov: string, root: string): string[] {
  const gaps = new Set<string>();
  let path = "";
  for (const row of lcov.split("\n")) {
    const colon = row.indexOf(":");
    const key = row.slice(0, colon);
    const fields = row.slice(colon + 1).split(",");
    const line = fields[0];
    if (key === "SF") path = row.slice(colon + 1).replace(`${root}/`, "");
    if (key === "DA" && fields[1] === "0") gaps.add(`${path}:${line} line`);
    // A branch in a block that was never entered has "-" for a count.
    if (key === "BRDA" && (fields[3] === "0" || fields[3] === "-")) {
      gaps.add(`${path}:${line} branch`);
    }
  }
  return [...gaps];
}
