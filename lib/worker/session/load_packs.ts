/**
 * Loads what reads packs of frames, when a transport asks whether it may make
 * some. Until then, and where it cannot be loaded, frames come one by one.
 *
 * @module
 */

/** What reads packs of frames. */
export type PackModule = typeof import("./packs.ts");

let loaded: PackModule | undefined;
let loading: Promise<void> | undefined;

/** What reads packs, if it is loaded. Otherwise starts to load it. */
export function packModule(): PackModule | undefined {
  if (loaded === undefined) loadPacks();
  return loaded;
}

/** Resolves when it is loaded, or cannot be now. */
export function loadPacks(): Promise<void> {
  return loading ??= import("./packs.ts").then(
    (module) => {
      loaded = module;
    },
    () => {
      loading = undefined;
    },
  );
}
