/**
 * The platform's `CloseEvent`. Node 22 has none.
 *
 * @module
 */

/**
 * The class of `close` events.
 *
 * @internal
 */
export const PlatformCloseEvent: typeof CloseEvent = /* @__PURE__ */ find();

function find(): typeof CloseEvent {
  return Reflect.get(globalThis, "CloseEvent") ?? standIn();
}

/** As in the WHATWG's standard (WebSockets, 6). */
function standIn(): typeof CloseEvent {
  return class CloseEvent extends Event {
    readonly wasClean: boolean;
    readonly code: number;
    readonly reason: string;

    constructor(
      type: string,
      { wasClean = false, code = 0, reason = "", ...init }: CloseEventInit = {},
    ) {
      super(type, init);
      this.wasClean = wasClean;
      this.code = code;
      this.reason = reason;
    }
  };
}
