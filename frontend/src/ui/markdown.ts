/** A small part of Markdown as data, so that text of others never becomes markup: paragraphs, headings, lists, quotes, code, bold, italic, links. */
export type Inline = { kind: "text" | "bold" | "italic" | "code"; text: string } | { kind: "link"; text: string; href: string };
export type Block = { kind: "paragraph" | "heading" | "quote"; lines: Inline[][] } | { kind: "list"; ordered: boolean; items: Inline[][] } | { kind: "code"; text: string };

const INLINE = /`([^`\n]+)`|\*\*([^*\n]+)\*\*|__([^_\n]+)__|\*([^*\n]+)\*|(?<![\w])_([^_\n]+)_(?![\w])|\[([^\]\n]+)\]\(([^()\s]+)\)|(https?:\/\/[^\s<>)"']+[^\s<>)"'.,;:!?])/g;

/** Only addresses that open a page or a mail; everything else stays text. */
export const safeHref = (href: string): string | null => (/^(https?:\/\/|mailto:)/i.test(href) ? href : /^\/(?![/\\])/.test(href) ? href : null);

export function parseInline(text: string): Inline[] {
  const found: Inline[] = [];
  let at = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > at) found.push({ kind: "text", text: text.slice(at, match.index) });
    const [whole, code, bold, bold2, italic, italic2, label, target, bare] = match;
    const href = safeHref(target ?? bare ?? "");
    if (code) found.push({ kind: "code", text: code });
    else if (bold ?? bold2) found.push({ kind: "bold", text: (bold ?? bold2)! });
    else if (italic ?? italic2) found.push({ kind: "italic", text: (italic ?? italic2)! });
    else if (href) found.push({ kind: "link", text: label ?? bare!, href });
    else found.push({ kind: "text", text: whole });
    at = match.index + whole.length;
  }
  if (at < text.length) found.push({ kind: "text", text: text.slice(at) });
  return found;
}

const KINDS: [RegExp, "heading" | "quote" | "bullet" | "number"][] = [[/^#{1,6}\s+/, "heading"], [/^>\s?/, "quote"], [/^\s*[-*+]\s+/, "bullet"], [/^\s*\d{1,4}[.)]\s+/, "number"]];

export function parseMarkdown(source: string): Block[] {
  const blocks: Block[] = [];
  const lines = source.replaceAll("\r\n", "\n").split("\n");
  let open: Block | null = null;
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index]!;
    if (/^\s*```/.test(line)) {
      const end = lines.findIndex((other, place) => place > index && /^\s*```/.test(other));
      const stop = end < 0 ? lines.length : end;
      blocks.push({ kind: "code", text: lines.slice(index + 1, stop).join("\n") });
      index = stop;
      open = null;
      continue;
    }
    if (line.trim() === "") { open = null; continue; }
    const [pattern, kind] = KINDS.find(([each]) => each.test(line)) ?? [null, "paragraph" as const];
    const inline = parseInline(pattern ? line.replace(pattern, "") : line);
    if (kind === "bullet" || kind === "number") {
      const ordered = kind === "number";
      if (open?.kind === "list" && open.ordered === ordered) open.items.push(inline);
      else blocks.push((open = { kind: "list", ordered, items: [inline] }));
    } else if (open && open.kind === kind && kind !== "heading" && "lines" in open) {
      open.lines.push(inline);
    } else {
      blocks.push((open = { kind, lines: [inline] }));
    }
  }
  return blocks;
}
