/**
 * Maps `array` with at most `poolLimit` calls of `iteratorFn` at a time, and
 * yields the results in the order of `array`. Rejections are gathered into one
 * `AggregateError`.
 */
export declare function pooledMap<T, R>(
  poolLimit: number,
  array: Iterable<T> | AsyncIterable<T>,
  iteratorFn: (data: T) => Promise<R>,
): AsyncIterableIterator<R>;
