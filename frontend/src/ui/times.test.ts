import { expect, it } from "vitest";
import { agoText, durationText } from "./times";

it.each([[0, "0 ms"], [999.6, "999 ms"], [1000, "1.0 s"], [9990, "9.9 s"], [59_999, "59 s"], [60_000, "1m"], [192_000, "3m 12s"], [187_200_000, "2d 4h"]])(
  "a duration of %d ms reads %s", (ms, text) => expect(durationText(ms)).toBe(text));

it.each([[0, "just now"], [-120_000, "in 2 min"], [7_200_000, "2 h ago"], [30_000, "30 s ago"]])(
  "what was %d ms ago reads %s", (past, text) => expect(agoText(1_000_000_000_000 - past, 1_000_000_000_000)).toBe(text));
