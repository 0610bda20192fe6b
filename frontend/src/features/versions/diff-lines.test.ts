import { expect, it } from "vitest";
import { diffLines } from "./diff-lines";

it("numbers the lines of both texts", () => {
  const lines = diffLines("--- a version 1\n+++ a version 2\n@@ -3,2 +3,3 @@\n same\n-old\n+new\n+newer\n");

  expect(lines.map((line) => [line.kind, line.old, line.now])).toEqual([
    ["file", undefined, undefined], ["file", undefined, undefined], ["hunk", undefined, undefined], ["same", 3, 3], ["remove", 4, undefined], ["add", undefined, 4], ["add", undefined, 5],
  ]);
});
