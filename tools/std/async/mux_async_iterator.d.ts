/** Merges async iterables into one, in order of arrival. */
export declare class MuxAsyncIterator<T> implements AsyncIterable<T> {
  /** Adds an iterable to be merged. */
  add(iterable: AsyncIterable<T>): void;
  /** Yields what the added iterables yield; ends with the last of them. */
  iterate(): AsyncIterableIterator<T>;
  /** The same as {@linkcode iterate}. */
  [Symbol.asyncIterator](): AsyncIterator<T>;
}
