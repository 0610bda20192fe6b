/** JSON values as YAML in the core schema: what `treadle workflows apply` reads. */
export function toYaml(value: unknown): string {
  return `${block(value, 0).replace(/^\n/, "")}\n`;
}

/** A text that no reader takes for something else, and that needs no quotes. */
const PLAIN = /^[A-Za-z_/][\w ./()+=-]*$/;
const WORDS = /^(true|false|null|yes|no|on|off|y|n|nan|inf|~)$/i;

function scalar(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value) ?? "null";
  return PLAIN.test(value) && !WORDS.test(value) && !value.endsWith(" ") ? value : JSON.stringify(value);
}

const isEmpty = (value: object) => (Array.isArray(value) ? value.length : Object.keys(value).length) === 0;
const isSmall = (value: object) => Object.values(value).every((each) => typeof each !== "object" || each === null) && JSON.stringify(value).length <= 60;

function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`;
  if (value && typeof value === "object") return `{${Object.entries(value).map(([key, each]) => `${scalar(key)}: ${inline(each)}`).join(", ")}}`;
  return typeof value === "string" && /[,[\]{}]/.test(value) ? JSON.stringify(value) : scalar(value);
}

function block(value: unknown, depth: number): string {
  const pad = "  ".repeat(depth);
  if (value === null || typeof value !== "object") return typeof value === "string" && value.includes("\n") && !/^\s|\t|\r|\s$/.test(value.replace(/\n$/, "")) ? literal(value, depth) : ` ${scalar(value)}`;
  if (isEmpty(value)) return Array.isArray(value) ? " []" : " {}";
  if (depth > 1 && isSmall(value)) return ` ${inline(value)}`;
  if (Array.isArray(value)) return value.map((each) => `\n${pad}-${entry(each, depth + 1)}`).join("");
  return Object.entries(value).filter(([, each]) => each !== undefined).map(([key, each]) => `\n${pad}${scalar(key)}:${block(each, depth + 1)}`).join("");
}

/** An item of a list: an object begins on the line of its dash. */
function entry(value: unknown, depth: number): string {
  const text = block(value, depth);
  return text.startsWith("\n") && !Array.isArray(value) ? ` ${text.slice(1 + 2 * depth)}` : text;
}

function literal(text: string, depth: number): string {
  const pad = "  ".repeat(depth);
  const end = text.endsWith("\n");
  return ` |${end ? "" : "-"}\n${(end ? text.slice(0, -1) : text).split("\n").map((line) => (line ? pad + line : "")).join("\n")}`;
}
