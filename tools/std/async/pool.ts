// @ts-types="./pool.d.ts"
export * from "deno-std/async/pool.js";
