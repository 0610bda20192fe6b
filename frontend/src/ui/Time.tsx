import { useNow } from "./clock";
import { agoText, durationText, exactText } from "./times";
import { Tooltip } from "./Tooltip";

/** "3 min ago"; the exact time on hover and focus. */
export function Time({ at, empty = "–" }: { at: string | null | undefined; empty?: string }) {
  const now = useNow();
  if (!at) return <span className="text-faint">{empty}</span>;
  const ms = Date.parse(at);
  return (
    <Tooltip text={<span className="font-mono text-xs">{exactText(ms)}<br />{at}</span>}>
      <time dateTime={at} tabIndex={0} className="whitespace-nowrap">{agoText(ms, now)}</time>
    </Tooltip>
  );
}

/** How long from `from` to `to`; counts while `to` is null. */
export function Duration({ from, to }: { from: string | null | undefined; to: string | null | undefined }) {
  const now = useNow(1000, !to);
  if (!from) return <span className="text-faint">–</span>;
  const ms = (to ? Date.parse(to) : now) - Date.parse(from);
  return <span className="whitespace-nowrap">{to || ms >= 1000 ? durationText(to ? ms : Math.floor(ms / 1000) * 1000) : "0 s"}</span>;
}
