/**
 * Section 6 of the Autobahn test suite: UTF-8.
 *
 * @module
 */

import { bytesOf, concat } from "../../frames.ts";
import {
  type Case,
  type Data,
  fragments,
  got,
  hex,
  pieces,
  send,
  type Sent,
  TEXT,
} from "./autobahn_case.ts";

/** Sequences of 6.5 to 6.23: valid ones, and those that no UTF-8 has. */
const VALID_TEXTS: Readonly<Record<string, readonly string[]>> = {
  "6.5": ["cebae1bdb9cf83cebcceb5"],
  "6.7": ["00", "c280", "e0a080", "f0908080"],
  "6.9": ["7f", "dfbf", "efbfbf", "f48fbfbf"],
  "6.11": ["ed9fbf", "ee8080", "efbfbd", "f48fbfbf"],
  "6.22": [
    "efbfbe",
    "efbfbf",
    ..."f09fbf f0afbf f0bfbf f18fbf f19fbf f1afbf f1bfbf f28fbf f29fbf f2afbf f2bfbf f38fbf f39fbf f3afbf f3bfbf f48fbf"
      .split(" ").flatMap((plane) => [`${plane}be`, `${plane}bf`]),
  ],
  "6.23": [
    "efbfb9",
    "efbfba",
    "efbfbb",
    "efbfbc",
    "efbfbd",
    "efbfbe",
    "efbfbf",
  ],
};

const INVALID_TEXTS: Readonly<Record<string, readonly string[]>> = {
  "6.6": [
    "ce",
    "cebae1",
    "cebae1bd",
    "cebae1bdb9cf",
    "cebae1bdb9cf83ce",
    "cebae1bdb9cf83cebcce",
  ],
  "6.8": ["f888808080", "fc8480808080"],
  "6.10": ["f7bfbfbf", "fbbfbfbfbf", "fdbfbfbfbfbf"],
  "6.11": ["f4908080"],
  "6.12": [
    "80",
    "bf",
    "80bf",
    "80bf80",
    "80bf80bf",
    "80bf80bf80",
    "80bf80bf80bf",
  ],
  "6.13": [
    "c020c120c220df20",
    "e020e120ed20ef20",
    "f020f120f420f720",
    "f820fb20",
    "fc20fd20",
  ],
  "6.14": [
    "c0",
    "e080",
    "f08080",
    "f8808080",
    "fc80808080",
    "df",
    "efbf",
    "f7bfbf",
    "fbbfbfbf",
    "fdbfbfbfbf",
  ],
  "6.15": ["c0e080f08080f8808080fc80808080dfefbff7bfbffbbfbfbffdbfbfbfbf"],
  "6.16": ["fe", "ff", "fefeffff"],
  "6.17": ["c0af", "e080af", "f08080af", "f8808080af", "fc80808080af"],
  "6.18": ["c1bf", "e09fbf", "f08fbfbf", "f887bfbfbf", "fc83bfbfbfbf"],
  "6.19": ["c080", "e08080", "f0808080", "f880808080", "fc8080808080"],
  "6.20": [
    "eda080",
    "edadbf",
    "edae80",
    "edafbf",
    "edb080",
    "edbe80",
    "edbfbf",
  ],
  "6.21": [
    "eda080edb080",
    "eda080edbfbf",
    "edadbfedb080",
    "edadbfedbfbf",
    "edae80edb080",
    "edae80edbfbf",
    "edafbfedb080",
    "edafbfedbfbf",
  ],
};

/** 6: UTF-8. */
export function utf8Cases(): readonly Case[] {
  const text = bytesOf("Hello-µ@ßöäüàá-UTF-8!!");
  const kosme = hex("cebae1bdb9cf83cebcceb5");
  const wrong = hex("cebae1bdb9cf83cebcceb5eda080656469746564");
  const ok = (
    name: string,
    sent: readonly Sent[],
    data: Data,
    chop?: number,
  ): Case => ({
    name,
    sent,
    events: [got("text", data)],
    ...chop && { chop },
  });
  const bad = (name: string, sent: readonly Sent[], chop?: number): Case => ({
    name,
    sent,
    events: [],
    failure: 1007,
    ...chop && { chop },
  });
  const each = (
    texts: Readonly<Record<string, readonly string[]>>,
    make: (name: string, data: Uint8Array) => Case,
  ) =>
    Object.entries(texts).flatMap(([section, all]) =>
      all.map((data, index) => make(`${section}.${index + 1}`, hex(data)))
    );
  return [
    ok("6.1.1", [send(TEXT)], ""),
    ok("6.1.2", fragments(TEXT, "", "", ""), ""),
    ok(
      "6.1.3",
      fragments(TEXT, "", "middle frame payload", ""),
      "middle frame payload",
    ),
    ok("6.2.1", [send(TEXT, text)], text),
    ok("6.2.2", fragments(TEXT, text.subarray(0, 12), text.subarray(12)), text),
    ok("6.2.3", fragments(TEXT, ...pieces(text, 1)), text),
    ok("6.2.4", fragments(TEXT, ...pieces(kosme, 1)), kosme),
    bad("6.3.1", [send(TEXT, wrong)]),
    bad("6.3.2", fragments(TEXT, ...pieces(wrong, 1))),
    bad("6.4.1", fragments(TEXT, kosme, hex("f4908080"), "edited")),
    bad(
      "6.4.2",
      fragments(
        TEXT,
        concat(kosme, hex("f4")),
        hex("90"),
        hex("8080656469746564"),
      ),
    ),
    bad("6.4.3", [send(TEXT, concat(kosme, hex("f4908080"), "edited"))], 15),
    bad("6.4.4", [send(TEXT, concat(kosme, hex("f4908080"), "edited"))], 1),
    ...each(VALID_TEXTS, (name, data) => ok(name, [send(TEXT, data)], data)),
    ...each(
      INVALID_TEXTS,
      (name, data) => bad(`${name} invalid`, [send(TEXT, data)]),
    ),
    ...each(
      VALID_TEXTS,
      (name, data) =>
        ok(`${name} in fragments`, fragments(TEXT, ...pieces(data, 1)), data),
    ),
    ...each(
      INVALID_TEXTS,
      (name, data) =>
        bad(
          `${name} invalid, in fragments`,
          fragments(TEXT, ...pieces(data, 1)),
        ),
    ),
  ];
}
