import { acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, startCompletion, type CompletionContext } from "@codemirror/autocomplete";
import { history, historyKeymap, standardKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, syntaxHighlighting } from "@codemirror/language";
import { Annotation, Compartment, EditorState, StateEffect, StateField, type Extension } from "@codemirror/state";
import { Decoration, EditorView, keymap, placeholder as placeholderText, type DecorationSet } from "@codemirror/view";
import { useEffect, useImperativeHandle, useRef, type Ref } from "react";
import { suggest } from "./complete";
import { editorTheme } from "./editor-theme";
import { expressionLanguage, highlighting, templateLanguage } from "./language";
import { expressionStart, type Mode, type Scope } from "./scope";
import type { Insert } from "./tools";

export interface CodeEditorProps {
  value: string;
  onChange: (value: string) => void;
  mode: Mode | "json";
  label: string;
  multiline?: boolean;
  readOnly?: boolean;
  placeholder?: string;
  scope?: Scope;
  /** Names that only this field has. */
  extraNames?: string[];
  /** Where a mistake begins, from 0. */
  mistake?: number | null;
  autoFocus?: boolean;
  invalid?: boolean;
  describedBy?: string;
  onFocus?: () => void;
  onBlur?: () => void;
  /** Filled with what inserts a path at the cursor. */
  inserter?: Ref<Insert>;
}

const setMistake = StateEffect.define<number | null>();
const mistakes = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    for (const effect of transaction.effects) {
      if (!effect.is(setMistake)) continue;
      const text = transaction.newDoc.toString();
      if (effect.value === null || text.length === 0) return Decoration.none;
      const from = Math.min(effect.value, text.length - 1);
      const word = /^(?:\w+|.)/s.exec(text.slice(from))?.[0].length ?? 1;
      return Decoration.set([Decoration.mark({ class: "cm-mistake" }).range(from, from + word)]);
    }
    return marks.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** Where the expression around the cursor begins and ends; null in the plain text of a template. */
function around(mode: CodeEditorProps["mode"], text: string, at: number): { from: number; to: number } | null {
  if (mode !== "template") return { from: 0, to: text.length };
  const from = expressionStart(text, at);
  if (from === null) return null;
  const end = text.indexOf("}}", at);
  return { from, to: end < 0 ? text.length : end };
}

/** A code field in a shadow root, where its styles are allowed. Loaded only when one is shown. */
export default function CodeEditor(props: CodeEditorProps) {
  const { value, mode, multiline = false, readOnly = false, label, placeholder, mistake = null, invalid, describedBy, inserter } = props;
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const latest = useRef(props);
  const changing = useRef(new Compartment());
  // What was typed and has not come back as `value` yet: an echo must not undo what was typed after it.
  const sent = useRef<string[]>([]);
  useEffect(() => { latest.current = props; });

  useEffect(() => {
    const root = host.current!.shadowRoot ?? host.current!.attachShadow({ mode: "open" });
    const complete = (context: CompletionContext) => {
      const text = context.state.doc.toString();
      const part = around(mode, text, context.pos);
      if (!part) return null;
      const found = suggest(text.slice(part.from, context.pos), text.slice(context.pos, part.to), latest.current.scope ?? { names: {}, nodes: {} }, latest.current.extraNames);
      if (!found || (!context.explicit && found.from + part.from === context.pos && !/[.[{"'(]\s?$/.test(text.slice(0, context.pos)))) return null;
      return { from: found.from + part.from, validFor: /^\w*$/, options: found.options.map(({ kind, ...each }) => ({ ...each, boost: kind === "name" ? 2 : kind === "function" ? 0 : kind === "word" ? -1 : 1 })) };
    };
    const oneLine = EditorState.transactionFilter.of((transaction) => {
      if (latest.current.multiline || !transaction.docChanged || transaction.newDoc.lines <= 1 || transaction.startState.doc.lines > 1) return transaction;
      let pasted = "";
      transaction.changes.iterChanges((_a, _b, _c, _d, inserted) => { pasted += inserted.toString(); });
      return /^\s*$/.test(pasted) ? [] : transaction;
    });
    const languages: Record<CodeEditorProps["mode"], Extension> = { json: json(), expression: expressionLanguage, template: templateLanguage };
    const editor = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: latest.current.value,
        extensions: [
          history(), bracketMatching(), closeBrackets(), mistakes, EditorView.lineWrapping,
          ...(mode === "json" ? [] : [oneLine]),
          languages[mode], syntaxHighlighting(highlighting), editorTheme,
          ...(mode === "json" ? [] : [autocompletion({ override: [complete], icons: false, maxRenderedOptions: 60 })]),
          EditorState.languageData.of(() => [{ closeBrackets: { brackets: mode === "template" ? ["(", "[", "{"] : ["(", "[", "{", '"', "'"] } }]),
          keymap.of([{ key: "Tab", run: acceptCompletion }, ...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...standardKeymap]),
          changing.current.of([]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged && !update.transactions.some((each) => each.annotation(External))) {
              const text = update.state.doc.toString();
              sent.current.push(text);
              latest.current.onChange(text);
              const before = text.slice(0, update.state.selection.main.head);
              if (mode === "template" && /\{\{ ?$/.test(before) && update.transactions.some((each) => each.isUserEvent("input"))) startCompletion(update.view);
            }
            if (update.focusChanged) (update.view.hasFocus ? latest.current.onFocus : latest.current.onBlur)?.();
          }),
        ],
      }),
    });
    view.current = editor;
    if (latest.current.autoFocus) {
      editor.focus();
      const end = /\{\{ $/.exec(latest.current.value.slice(0, -3)) ? editor.state.doc.length - 3 : editor.state.doc.length;
      editor.dispatch({ selection: { anchor: Math.max(0, end) } });
    }
    return () => { view.current = null; editor.destroy(); };
  }, [mode]);

  useImperativeHandle(inserter, () => (path: string) => {
    const editor = view.current;
    if (!editor) return;
    const { from, to } = editor.state.selection.main;
    const inside = around(mode, editor.state.doc.toString(), from) !== null;
    const joint = mode !== "json" && inside && /[\w\])"']$/.test(editor.state.sliceDoc(0, from)) ? " " : "";
    const text = inside ? joint + path : `{{ ${path} }}`;
    editor.dispatch({ changes: { from, to, insert: text }, selection: { anchor: from + text.length }, userEvent: "input.paste" });
    editor.focus();
  }, [mode]);

  useEffect(() => {
    const editor = view.current;
    const echo = sent.current.lastIndexOf(value);
    if (echo >= 0) {
      sent.current.splice(0, echo + 1);
      return;
    }
    sent.current = [];
    if (editor && editor.state.doc.toString() !== value) editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value }, annotations: External.of(true) });
  }, [value, mode]);

  useEffect(() => {
    view.current?.dispatch({ effects: changing.current.reconfigure([
      EditorState.readOnly.of(readOnly), EditorView.editable.of(!readOnly), placeholder ? placeholderText(placeholder) : [],
      EditorView.contentAttributes.of({ "aria-label": label, "aria-multiline": String(multiline || mode === "json"), ...(invalid && { "aria-invalid": "true" }), ...(readOnly && { tabindex: "0", "aria-readonly": "true" }), ...(describedBy && { "aria-description": describedBy }) }),
    ]) });
  }, [readOnly, placeholder, label, invalid, describedBy, multiline, mode]);

  useEffect(() => { view.current?.dispatch({ effects: setMistake.of(mistake) }); }, [mistake, value]);

  return <div ref={host} data-code className="min-w-0 overflow-auto" style={{ maxHeight: "inherit" }} />;
}

const External = Annotation.define<boolean>();
