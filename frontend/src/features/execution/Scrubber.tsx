import { Pause, Play, Radio, SkipBack, SkipForward } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button, IconButton } from "@/ui/Button";
import { Menu } from "@/ui/Menu";
import { useShortcuts } from "@/ui/shortcuts";
import { durationText } from "@/ui/times";
import { playedTo } from "./replay";

interface Props { moments: number[]; begin: number; end: number; /** The moment that is shown; null: now. */ at: number | null; over: boolean; onAt: (at: number | null) => void }
const SPEEDS = [0.25, 0.5, 1, 2, 4];

/** Shows the execution as it stood at any moment, or plays it again. */
export function Scrubber({ moments, begin, end, at, over, onAt }: Props) {
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useState(1);
  const latest = useRef({ moments, onAt });
  useEffect(() => { latest.current = { moments, onAt }; });
  const from = useRef(begin);
  useEffect(() => {
    if (!playing) return;
    const started = performance.now();
    const start = from.current;
    let frame = requestAnimationFrame(function step(now) {
      const next = playedTo(latest.current.moments, start, (now - started) * speed);
      latest.current.onAt(next);
      if (next === null) setPlaying(false);
      else frame = requestAnimationFrame(step);
    });
    return () => cancelAnimationFrame(frame);
  }, [playing, speed]);

  const shown = at ?? end;
  const play = (rate = speed) => {
    from.current = shown >= end ? begin : shown;
    setSpeed(rate);
    setPlaying((now) => !now);
  };
  const go = (next: number | undefined) => { setPlaying(false); if (next !== undefined) onAt(next); };
  const back = () => go(moments.findLast((each) => each < shown - 0.001) ?? begin);
  const on = () => go(moments.find((each) => each > shown + 0.001) ?? end);
  const live = () => { setPlaying(false); onAt(null); };
  useShortcuts("Replay", [
    { keys: "p", label: "Play or pause", run: () => play() },
    { keys: "[", label: "One change back", run: back },
    { keys: "]", label: "One change on", run: on },
    { keys: "escape", label: "Back to now", run: live },
  ]);
  const span = Math.max(1, end - begin);
  return (
    <div role="group" aria-label="Replay" className="flex min-w-0 flex-1 items-center gap-1">
      <IconButton icon={SkipBack} size="sm" label="One change back" shortcut="[" onClick={back} />
      <IconButton icon={playing ? Pause : Play} size="sm" label={playing ? "Pause the replay" : "Play it again"} shortcut="p" onClick={() => play()} />
      <IconButton icon={SkipForward} size="sm" label="One change on" shortcut="]" onClick={on} />
      <input type="range" aria-label="Moment" aria-valuetext={`${durationText(shown - begin)} of ${durationText(span)}`} min={0} max={span} step={span / 1000} value={shown - begin}
        onChange={(event) => go(begin + Number(event.target.value))}
        onKeyDown={(event) => {
          if (event.key === "ArrowLeft" || event.key === "ArrowDown") back();
          else if (event.key === "ArrowRight" || event.key === "ArrowUp") on();
          else return;
          event.preventDefault();
        }}
        className="mx-1 h-4 min-w-16 flex-1 accent-accent-fill" />
      <output className="w-16 shrink-0 text-right font-mono text-xs text-muted">{durationText(shown - begin)}</output>
      <Menu items={SPEEDS.map((each) => ({ label: `${each}×`, checked: each === speed, onSelect: () => { if (playing) { from.current = shown; } setSpeed(each); } }))}>
        <Button size="sm" look="ghost" aria-label={`Speed ${speed}×`}>{speed}×</Button>
      </Menu>
      {at !== null && <Button size="sm" icon={Radio} onClick={live}>{over ? "End" : "Now"}</Button>}
    </div>
  );
}
