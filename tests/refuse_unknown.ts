/**
 * What the programs of the repository do with an argument that they do not know.
 * Some run for an hour, and none should run with a typing error in its options.
 *
 * @module
 */

// deno-lint-ignore-file no-console

/**
 * Makes the option `unknown` of `parseArgs()`: the program prints how it is used
 * and ends, with exit code 0 for `--help` and 2 for anything else.
 *
 * @param usage All of its options, in one line.
 */
export function refuseUnknown(usage: string): (argument: string) => never {
  return (argument) => {
    if (argument === "--help" || argument === "-h") {
      console.log(`Usage: ${usage}`);
      Deno.exit(0);
    }
    console.error(`Cannot use ${argument}. Usage: ${usage}`);
    Deno.exit(2);
  };
}
