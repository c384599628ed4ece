/**
 * Watches what `Deno.connect` is asked for, and what it connects.
 *
 * @module
 */

type Options = Deno.ConnectOptions & { readonly signal?: AbortSignal };

/** Calls functions at each call of `Deno.connect`, until it is disposed. */
export function watchConnect(
  { asked = () => {}, connected = () => {} }: {
    readonly asked?: (options: Options) => void;
    readonly connected?: (conn: Deno.TcpConn) => void;
  },
): Disposable {
  const { connect } = Deno;
  Reflect.set(Deno, "connect", async (options: Options) => {
    asked(options);
    const conn = await connect(options);
    connected(conn);
    return conn;
  });
  return {
    [Symbol.dispose]: () => {
      Reflect.set(Deno, "connect", connect);
    },
  };
}
