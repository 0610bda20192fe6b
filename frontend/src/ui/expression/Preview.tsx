import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { cx } from "../cx";
import { isCut, kindText, type Mode } from "./scope";
import { useExpressionTools, type Previewed } from "./tools";

export function useDebounced<T>(value: T, wait = 250): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), wait);
    return () => clearTimeout(timer);
  }, [value, wait]);
  return settled;
}

/** What an expression comes to with the data that is chosen; undefined while there is nothing to say. */
export function usePreview(source: string, mode: Mode, enabled: boolean, each?: string): { result: Previewed | undefined; fresh: boolean } {
  const { preview, previewKey } = useExpressionTools();
  const asked = useDebounced(source);
  const wanted = Boolean(preview) && enabled && asked.trim() !== "" && (mode === "expression" || asked.includes("{{"));
  const { data } = useQuery({
    queryKey: ["preview", previewKey, mode, asked, each],
    queryFn: ({ signal }) => preview!(asked, mode, { each, signal }),
    enabled: wanted,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    gcTime: 60_000,
    retry: false,
  });
  return { result: wanted ? (data ?? undefined) : undefined, fresh: asked === source };
}

const shown = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

/** The line under an expression: its value, or what is wrong with it. */
export function PreviewLine({ result, each }: { result: Previewed | undefined; each?: boolean }) {
  if (!result) return null;
  if (!result.ok) {
    return <p role="status" className="text-xs break-words text-fail">{result.error?.message}{result.error?.column ? <span className="text-muted"> · column {result.error.column}</span> : null}</p>;
  }
  const cut = isCut(result.value);
  const text = cut ? (result.value as { head: string }).head : (shown(result.value) ?? "");
  const empty = text === "";
  return (
    <p className="flex min-w-0 items-baseline gap-1.5 text-xs">
      <span className="shrink-0 text-muted">{each ? "for each" : "="}</span>
      <span className={cx("line-clamp-3 min-w-0 font-mono break-all", empty ? "text-faint" : "text-ok")}>{empty ? "empty text" : text.slice(0, 600)}</span>
      <span className="ml-auto shrink-0 text-faint">{cut ? kindText(result.value) : result.type}</span>
    </p>
  );
}
