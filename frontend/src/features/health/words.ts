import type { HealthFinding } from "@/api/system";

/** What is between backticks in a mend: the commands to copy. */
export const commandsOf = (mend: string): string[] => [...mend.matchAll(/`([^`]+)`/g)].map((match) => match[1]!);

/** The ids of executions that a finding is about. */
export function executionsOf({ detail }: Pick<HealthFinding, "detail">): string[] {
  const { executions, execution } = (detail ?? {}) as { executions?: unknown; execution?: unknown };
  return [...(Array.isArray(executions) ? executions : []), execution].filter((each): each is string => typeof each === "string");
}

/** One sentence for all of it. */
export function verdictText(findings: Pick<HealthFinding, "severity">[]): string {
  const errors = findings.filter((each) => each.severity === "error").length;
  const warnings = findings.filter((each) => each.severity === "warning").length;
  const say = (count: number, word: string) => `${count} ${word}${count === 1 ? "" : "s"}`;
  if (errors) return `${say(errors, "problem")}${warnings ? ` and ${say(warnings, "warning")}` : ""}: see below what mends ${errors + warnings === 1 ? "it" : "them"}.`;
  if (warnings) return `It works, with ${say(warnings, "warning")}.`;
  return "All is well.";
}

/** "python" is "Python": findings are named in lower case. */
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A worker's state in the words of its badge. */
export const workerState = (worker: { alive: boolean; draining: boolean }): string => (!worker.alive ? "dead" : worker.draining ? "stopping" : "alive");
