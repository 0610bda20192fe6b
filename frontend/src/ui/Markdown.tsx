import { useMemo } from "react";
import { parseMarkdown, type Block, type Inline } from "./markdown";

const Line = ({ parts }: { parts: Inline[] }) => parts.map((part, index) => {
  switch (part.kind) {
    case "bold": return <strong key={index} className="font-semibold">{part.text}</strong>;
    case "italic": return <em key={index}>{part.text}</em>;
    case "code": return <code key={index} className="rounded-sm bg-sunken px-1 py-0.5 font-mono text-xs">{part.text}</code>;
    case "link": return <a key={index} href={part.href} target="_blank" rel="noopener noreferrer" className="text-accent underline underline-offset-2">{part.text}</a>;
    default: return part.text;
  }
});

const Lines = ({ lines }: { lines: Inline[][] }) => lines.map((parts, index) => <span key={index}>{index > 0 && <br />}<Line parts={parts} /></span>);

function Shown({ block }: { block: Block }) {
  switch (block.kind) {
    case "code": return <pre tabIndex={0} className="overflow-x-auto rounded-md border bg-sunken p-3 font-mono text-xs">{block.text}</pre>;
    case "heading": return <p className="font-semibold"><Lines lines={block.lines} /></p>;
    case "quote": return <blockquote className="border-l-2 border-line-strong/50 pl-3 text-muted"><Lines lines={block.lines} /></blockquote>;
    case "list": {
      const items = block.items.map((parts, index) => <li key={index}><Line parts={parts} /></li>);
      return block.ordered ? <ol className="list-decimal pl-5">{items}</ol> : <ul className="list-disc pl-5">{items}</ul>;
    }
    default: return <p><Lines lines={block.lines} /></p>;
  }
}

/** Text of others: a safe part of Markdown, everything else as it was typed. */
export function Markdown({ text }: { text: string }) {
  const blocks = useMemo(() => parseMarkdown(text), [text]);
  return <div className="flex flex-col gap-2.5 break-words">{blocks.map((block, index) => <Shown key={index} block={block} />)}</div>;
}
