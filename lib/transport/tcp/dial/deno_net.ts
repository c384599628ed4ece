/**
 * The parts of Deno that this transport uses, as types of our own: a project
 * that checks the package with the library of the DOM has no types for Deno.
 *
 * @module
 */

/** A connection, as far as this transport uses it. */
export interface Conn {
  /** Reads into a buffer; `null` at the end of the stream. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** Writes a part of the data, and gives its size in bytes. */
  write(data: Uint8Array): Promise<number>;
  /** Ends the writing side. */
  closeWrite(): Promise<void>;
  /** Closes it, if it is open. */
  [Symbol.dispose](): void;
}

/** A connection over TCP. */
export interface TcpConn extends Conn {
  /** Whom it goes to: one of the addresses of a name. */
  readonly remoteAddr: { readonly hostname: string; readonly port: number };
  /** Sends small packets at once. */
  setNoDelay(): void;
}

/** A connection over TLS. */
export interface TlsConn extends Conn {
  /** Waits for the handshake of TLS. */
  handshake(): Promise<unknown>;
}

/** Where to connect. */
interface ConnectOptions {
  readonly hostname: string;
  readonly port: number;
}

/** How to speak TLS. */
interface TlsOptions {
  readonly caCerts: string[];
  readonly alpnProtocols: string[];
}

/** The parts of `Deno`. */
export interface DenoNet {
  connect(
    options: ConnectOptions & { readonly signal: AbortSignal },
  ): Promise<TcpConn>;
  startTls(
    conn: TcpConn,
    options: TlsOptions & { readonly hostname: string },
  ): Promise<TlsConn>;
  connectTls(
    options: ConnectOptions & TlsOptions & {
      readonly cert?: string;
      readonly key?: string;
    },
  ): Promise<TlsConn>;
  readonly permissions: {
    querySync(
      variable: { readonly name: "env"; readonly variable: string },
    ): { readonly state: string };
  };
  readonly env: { get(name: string): string | undefined };
  readonly errors: {
    readonly NotCapable: new (message: string) => Error;
    readonly ConnectionRefused: new (message: string) => Error;
  };
}

/** The runtime; this transport is loaded in Deno only. */
export function denoNet(): DenoNet {
  return Reflect.get(globalThis, "Deno");
}
