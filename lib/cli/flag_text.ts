/**
 * The flags of the command line, where the library names its options.
 *
 * @module
 */

/** What texts of the library say, and the same for the command line. */
const FLAGS: readonly (readonly [option: string, flag: string])[] = [
  [
    "Make a new socket, or raise backoff.maxAttempts or backoff.maxElapsed",
    "Run it again, or raise --max-attempts",
  ],
  ["heartbeat.interval", "--ping-interval"],
  ['"allowInsecure"', "--allow-insecure"],
  ["the option tls.caCerts", "--ca"],
  ["the option tls", "--ca, --cert or --key"],
  ["tls.cert", "--cert"],
  ["proxy: false", "--no-proxy"],
  ["the option proxy", "--proxy"],
  ['The option "proxy"', "--proxy"],
  ['Option "headers"', "--header"],
];

/** Replaces the names of options by those of flags. */
export function withFlags(text: string): string {
  return FLAGS.reduce(
    (changed, [option, flag]) => changed.replaceAll(option, flag),
    text,
  );
}
