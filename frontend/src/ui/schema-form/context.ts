import { createContext, useContext } from "react";

export interface FieldFinding { severity: string; message: string; hint?: string | null; /** The place: "config.cases[0].when". */ field: string }

export interface FormContext {
  readOnly: boolean;
  findings: FieldFinding[];
  /** False for settings that take no `{{ }}`. */
  templates: boolean;
  /** What an expression at this place sees besides: names, and the list that it is evaluated over, if it is known. */
  namesAt?: (path: string) => { names: string[]; each?: string } | undefined;
  /** Shows the graph inside of the node. */
  onEnterGraph?: () => void;
}

export const FormContext = createContext<FormContext>({ readOnly: false, findings: [], templates: true });
export const useForm = (): FormContext => useContext(FormContext);

/** What is wrong at a place; of a leaf also what is wrong inside of its value. */
export function findingAt(findings: FieldFinding[], path: string, leaf: boolean): FieldFinding | undefined {
  const here = findings.filter((each) => each.field === path || (leaf && (each.field.startsWith(`${path}.`) || each.field.startsWith(`${path}[`))));
  return here.find((each) => each.severity === "error") ?? here[0];
}

export const findingText = (found: FieldFinding | undefined): string | undefined => found && `${found.message}${found.hint ? ` (${found.hint})` : ""}`;
