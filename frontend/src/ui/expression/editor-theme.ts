import { EditorView } from "@codemirror/view";

/** The look of a field; the colours are those of the page, so it follows its theme. */
export const editorTheme = EditorView.theme({
  "&": { color: "var(--fg)", backgroundColor: "transparent", fontSize: "12px" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--font-mono, ui-monospace, 'DejaVu Sans Mono', monospace)", lineHeight: "20px", overflow: "auto", maxHeight: "inherit" },
  ".cm-content": { padding: "5px 0", caretColor: "var(--fg)", minHeight: "20px" },
  ".cm-line": { padding: "0 10px" },
  ".cm-cursor": { borderLeftColor: "var(--fg)" },
  ".cm-placeholder": { color: "var(--faint)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { background: "color-mix(in srgb, var(--accent) 26%, transparent)" },
  ".cm-matchingBracket, .cm-nonmatchingBracket": { backgroundColor: "transparent" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "color-mix(in srgb, var(--accent) 18%, transparent)" },
  ".cm-mistake": { textDecoration: "underline wavy var(--fail)", textUnderlineOffset: "3px" },
  ".cm-tooltip": { border: "1px solid var(--line)", borderRadius: "8px", backgroundColor: "var(--surface)", boxShadow: "var(--shadow-high)", overflow: "hidden", zIndex: "50" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "inherit", maxHeight: "15em", minWidth: "14em", padding: "4px" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { display: "flex", gap: "12px", alignItems: "baseline", padding: "3px 8px", borderRadius: "4px", lineHeight: "18px" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--hover)", color: "var(--fg)" },
  ".cm-completionLabel": { flex: "none" },
  ".cm-completionMatchedText": { textDecoration: "none", color: "var(--accent)", fontWeight: "600" },
  ".cm-completionDetail": { flex: "1", marginLeft: "0", fontStyle: "normal", color: "var(--muted)", textAlign: "right", overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap", maxWidth: "22em" },
  ".cm-tooltip.cm-completionInfo": { padding: "8px 10px", maxWidth: "22em", lineHeight: "18px", whiteSpace: "pre-wrap", color: "var(--muted)", fontFamily: "var(--font-sans, system-ui)", fontSize: "12px" },
});
