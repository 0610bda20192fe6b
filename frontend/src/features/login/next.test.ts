import { expect, test } from "vitest";
import { safeNext } from "./next";

test("only pages of this UI are gone to", () => {
  expect(["/x?q=a", "//other.example", "/\\other.example", "https://other.example", "/login", undefined].map(safeNext)).toEqual(["/x?q=a", "/", "/", "/", "/", "/"]);
});
