export interface DiffLine { kind: "add" | "remove" | "same" | "hunk" | "file"; text: string; /** Line numbers in the old and the new text. */ old?: number; now?: number }

/** The lines of a unified diff, with their numbers. */
export function diffLines(text: string): DiffLine[] {
  let old = 0, now = 0;
  return text.replace(/\n$/, "").split("\n").filter(Boolean).map((line): DiffLine => {
    const hunk = line.match(/^@@ -(\d+)(?:,\d+)? \+(\d+)/);
    if (hunk) {
      old = Number(hunk[1]);
      now = Number(hunk[2]);
      return { kind: "hunk", text: line };
    }
    if (line.startsWith("--- ") || line.startsWith("+++ ")) return { kind: "file", text: line };
    if (line.startsWith("+")) return { kind: "add", text: line.slice(1), now: now++ };
    if (line.startsWith("-")) return { kind: "remove", text: line.slice(1), old: old++ };
    return { kind: "same", text: line.slice(1), old: old++, now: now++ };
  });
}
