import { HighlightStyle, StreamLanguage, type StreamParser, type StringStream } from "@codemirror/language";
import { tags } from "@lezer/highlight";
import FUNCTIONS from "./functions.json";

const FUNCTION_NAMES = new Set(FUNCTIONS.map((each) => each.name));
const WORDS = /^(?:and|or|not|in|if|else|for)$/;
const CONSTANTS = /^(?:true|false|null|True|False|None)$/;

function expressionToken(stream: StringStream): string | null {
  if (stream.eatSpace()) return null;
  if (stream.match(/^"(?:[^"\\]|\\.)*"?/) || stream.match(/^'(?:[^'\\]|\\.)*'?/)) return "string";
  if (stream.match(/^\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/)) return "number";
  if (stream.match(/^\.\s*[A-Za-z_]\w*/)) return "propertyName";
  const word = stream.match(/^[A-Za-z_]\w*/) as RegExpMatchArray | null;
  if (word) {
    if (WORDS.test(word[0])) return "keyword";
    if (CONSTANTS.test(word[0])) return "atom";
    return FUNCTION_NAMES.has(word[0]) && stream.match(/^\s*\(/, false) ? "variableName.function" : "variableName";
  }
  stream.next();
  return "operator";
}

const expressionParser: StreamParser<null> = { name: "expression", token: expressionToken };

const templateParser: StreamParser<{ inside: boolean }> = {
  name: "template",
  startState: () => ({ inside: false }),
  token(stream, state) {
    if (!state.inside) {
      if (stream.match("{{")) { state.inside = true; return "meta"; }
      while (!stream.eol() && !stream.match("{{", false)) stream.next();
      return null;
    }
    if (stream.match("}}")) { state.inside = false; return "meta"; }
    return expressionToken(stream);
  },
};

export const expressionLanguage = StreamLanguage.define(expressionParser);
export const templateLanguage = StreamLanguage.define(templateParser);

export const highlighting = HighlightStyle.define([
  { tag: tags.string, color: "var(--ok)" },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: "var(--run)" },
  { tag: [tags.keyword, tags.meta], color: "var(--accent)" },
  { tag: tags.meta, fontWeight: "600" },
  { tag: tags.function(tags.variableName), color: "var(--retry)" },
  { tag: [tags.operator, tags.punctuation, tags.brace, tags.squareBracket, tags.separator], color: "var(--muted)" },
  { tag: tags.invalid, color: "var(--fail)" },
]);
