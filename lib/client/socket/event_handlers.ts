/**
 * The handler attributes of a socket, such as `onopen`.
 *
 * @module
 */

/** The value of a handler attribute. */
export type Handler<Target, E> = ((this: Target, event: E) => unknown) | null;

/** A listener that stands for the value of an attribute. */
class Attribute {
  value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }

  handleEvent(event: Event): void {
    if (typeof this.value === "function") {
      this.value.call(event.currentTarget, event);
    }
  }
}

type Attributes = Partial<Record<string, Attribute>>;

const attributes = new WeakMap<EventTarget, Attributes>();

/**
 * Defines `on<type>` attributes (HTML, 8.1.8.1): one that is set takes its
 * place among the listeners and keeps it while the value changes; `null` gives
 * it up; an object that cannot be called is kept and does nothing.
 *
 * @param prototype The prototype of a class of event targets.
 * @param types The types of the events.
 */
export function defineHandlers(
  prototype: EventTarget,
  types: readonly string[],
): void {
  for (const type of types) {
    Object.defineProperty(prototype, `on${type}`, {
      enumerable: true,
      configurable: true,
      get(this: EventTarget) {
        return attributes.get(this)?.[type]?.value ?? null;
      },
      set(this: EventTarget, value: unknown) {
        setHandler(this, type, value);
      },
    });
  }
}

function setHandler(target: EventTarget, type: string, value: unknown): void {
  const own = attributes.get(target) ?? {};
  attributes.set(target, own);
  const attribute = own[type];
  if (
    typeof value !== "function" && (typeof value !== "object" || value === null)
  ) {
    if (attribute !== undefined) target.removeEventListener(type, attribute);
    own[type] = undefined;
  } else if (attribute === undefined) {
    const added = new Attribute(value);
    own[type] = added;
    target.addEventListener(type, added);
  } else {
    attribute.value = value;
    // It is there already; this only says that another function listens.
    target.addEventListener(type, attribute);
  }
}

/** Calls `changed` each time that somebody begins to listen for messages. */
export function watchMessageListeners<T extends EventTarget>(
  prototype: T,
  changed: (target: T) => void,
): void {
  const { addEventListener } = prototype;
  // Overriding it as a method would take the types of the events away.
  Object.defineProperty(prototype, "addEventListener", {
    writable: true,
    configurable: true,
    value(this: T, ...args: Parameters<EventTarget["addEventListener"]>) {
      addEventListener.apply(this, args);
      const [type, listener, options] = args;
      // DOM, 2.7: with a signal that has fired, nothing is added.
      const isAdded = listener && !Object(options).signal?.aborted;
      if (type === "message" && isAdded) changed(this);
    },
  });
}
