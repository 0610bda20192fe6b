interface Ranked { label: string; words?: string; id: string; always?: boolean }

/** How well a text is found in a label: 0 is not at all. Each word must be there, at best at the beginning of a word; else its letters in order. */
export function score(text: string, { label, words = "" }: Pick<Ranked, "label" | "words">): number {
  const found = text.toLowerCase().split(/\s+/).filter(Boolean).map((word) => Math.max(scoreWord(word, label.toLowerCase()), 0.4 * Math.min(scoreWord(word, words.toLowerCase()), 1)));
  return found.some((each) => each < 0.2) ? 0 : found.reduce((sum, each) => sum + each, 0) / Math.max(found.length, 1);
}

function scoreWord(word: string, label: string): number {
  const at = label.indexOf(word);
  if (at === 0) return 1 + word.length / (label.length + 1);
  if (at > 0) return new RegExp(`(^|[^a-z0-9])${word.replace(/[^a-z0-9]/g, "\\$&")}`).test(label) ? 0.9 : 0.6;
  let place = -1;
  for (const letter of word) {
    place = label.indexOf(letter, place + 1);
    if (place < 0) return 0;
  }
  return 0.3;
}

/** The groups with what fits, the best first; with nothing typed all as they are. */
export function ranked<G extends { entries: Ranked[] }>(groups: G[], text: string): G[] {
  if (!text.trim()) return groups;
  return groups
    .map((group) => {
      const rows = group.entries.map((entry) => ({ entry, fit: Math.max(score(text, entry), entry.always ? 0.1 : 0) })).filter((row) => row.fit > 0).sort((one, other) => other.fit - one.fit);
      return { best: rows[0]?.fit ?? 0, group: { ...group, entries: rows.slice(0, 12).map((row) => row.entry) } };
    })
    .filter(({ best }) => best > 0)
    .sort((one, other) => other.best - one.best)
    .map(({ group }) => group);
}
