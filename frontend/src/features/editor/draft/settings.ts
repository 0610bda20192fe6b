/** Without what is not given, so that nothing empty is stored. */
export function without(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== "" && !(typeof value === "object" && Object.keys(value).length === 0)));
}
