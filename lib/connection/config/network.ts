/**
 * How a connection reaches its server, where a transport can be configured:
 * resolved and cloneable.
 *
 * @module
 */

/** What TLS trusts, and shows. All is PEM. */
export interface TlsConfig {
  /** Authorities that are trusted besides those of the platform. */
  readonly caCerts: readonly string[];
  /** The client's certificate, with `key`. */
  readonly cert?: string;
  /** Its private key. */
  readonly key?: string;
}

/** What to ask of `permessage-deflate` (RFC 7692, 7.1). */
export interface CompressionConfig {
  readonly clientNoContextTakeover: boolean;
  readonly serverNoContextTakeover: boolean;
  /** As a power of 2: 8 to 15. */
  readonly clientMaxWindowBits: number;
  /** Messages of fewer bytes are sent as they are. */
  readonly threshold: number;
}

/** The way to a server. */
export interface NetworkConfig {
  readonly tls?: TlsConfig;
  /** The URL of a proxy; `false`: none. By default the environment names it. */
  readonly proxy?: string | false;
  /** Absent: compression is not offered. */
  readonly compression?: CompressionConfig;
}
