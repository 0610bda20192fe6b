import { cx } from "@/ui/cx";

const WIDE = "treadle.panel.wide";

/** Whether the panel shows input and output beside the settings: as it was left in this browser. */
export const isWide = (): boolean => window.localStorage.getItem(WIDE) !== "no";
export const keepWide = (wide: boolean): void => window.localStorage.setItem(WIDE, wide ? "yes" : "no");

/** Where the panel lies over the canvas. */
export const frame = (narrow: boolean, wide: boolean): string =>
  cx("absolute inset-y-0 right-0 z-30 flex max-w-full animate-slide flex-col border-l bg-surface shadow-high max-lg:left-0", !narrow && (wide ? "w-[calc(100%-4rem)] max-w-[1480px]" : "w-[26rem]"));
