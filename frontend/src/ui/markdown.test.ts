import { expect, test } from "vitest";
import { parseInline, parseMarkdown, safeHref } from "./markdown";

test("markup of others stays text", () => {
  expect(parseInline("<b>x</b>")).toEqual([{ kind: "text", text: "<b>x</b>" }]);
  expect(parseInline("[go](javascript:alert`1`)").every((part) => part.kind !== "link")).toBe(true);
});

test("only pages and mails can be linked", () => {
  expect(["https://a.example/x", "mailto:ann@example.com", "/w/report"].map(safeHref)).not.toContain(null);
  expect(["javascript:alert(1)", "data:text/html,x", "//other.example", "/\\other.example", " https://x"].map(safeHref)).toEqual([null, null, null, null, null]);
});

test("bold, italic, code and links are told apart", () => {
  expect(parseInline("**a** *b* `c` [d](https://e.example)").filter((part) => part.kind !== "text").map((part) => part.kind)).toEqual(["bold", "italic", "code", "link"]);
});

test("a name with underscores is no emphasis", () => {
  expect(parseInline("order_refund_v2")).toEqual([{ kind: "text", text: "order_refund_v2" }]);
});

test("lists, headings, quotes and code are blocks", () => {
  const kinds = parseMarkdown("# Hi\n\nText\nmore\n\n- a\n- b\n1. c\n\n> q\n\n```\nx\n```").map((block) => block.kind);
  expect(kinds).toEqual(["heading", "paragraph", "list", "list", "quote", "code"]);
});

test("code that is never closed takes the rest", () => {
  expect(parseMarkdown("```\na\nb")).toEqual([{ kind: "code", text: "a\nb" }]);
});
