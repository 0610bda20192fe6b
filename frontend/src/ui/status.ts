import {
  Ban, CalendarOff, Check, CircleAlert, CircleCheck, CircleDashed, CircleDot, CircleX, Clock, Hourglass, Inbox, Loader, Merge, Pause, Radio, RotateCw,
  SkipForward, Timer, Unplug, Webhook, X, type LucideIcon,
} from "lucide-react";

export type Tone = "ok" | "run" | "wait" | "retry" | "fail" | "idle" | "accent";
export type StatusKind = "execution" | "activity" | "approval" | "schedule" | "fire" | "webhook" | "delivery" | "worker" | "finding";
export interface StatusLook {
  tone: Tone;
  icon: LucideIcon;
  label: string;
  /** The icon turns while this holds. */
  spins?: boolean;
}

const LOOKS: Record<StatusKind, Record<string, StatusLook>> = {
  execution: {
    running: { tone: "run", icon: Loader, label: "Running", spins: true },
    waiting: { tone: "wait", icon: Hourglass, label: "Waiting" },
    paused: { tone: "idle", icon: Pause, label: "Paused" },
    completed: { tone: "ok", icon: Check, label: "Completed" },
    failed: { tone: "fail", icon: X, label: "Failed" },
    cancelled: { tone: "idle", icon: Ban, label: "Cancelled" },
  },
  activity: {
    pending: { tone: "idle", icon: CircleDashed, label: "Not reached" },
    running: { tone: "run", icon: Loader, label: "Running", spins: true },
    waiting: { tone: "wait", icon: Hourglass, label: "Waiting" },
    retrying: { tone: "retry", icon: RotateCw, label: "Retrying" },
    completed: { tone: "ok", icon: Check, label: "Completed" },
    failed: { tone: "fail", icon: X, label: "Failed" },
    cancelled: { tone: "idle", icon: Ban, label: "Cancelled" },
    skipped: { tone: "idle", icon: SkipForward, label: "Skipped" },
  },
  approval: {
    open: { tone: "wait", icon: Inbox, label: "Open" },
    decided: { tone: "ok", icon: CircleCheck, label: "Decided" },
    expired: { tone: "idle", icon: Timer, label: "Expired" },
    withdrawn: { tone: "idle", icon: Ban, label: "Withdrawn" },
    overdue: { tone: "fail", icon: CircleAlert, label: "Overdue" },
  },
  schedule: {
    active: { tone: "ok", icon: Clock, label: "Active" },
    paused: { tone: "idle", icon: Pause, label: "Paused" },
    ended: { tone: "idle", icon: CalendarOff, label: "Ended" },
    set_aside: { tone: "fail", icon: CircleAlert, label: "Set aside" },
  },
  fire: {
    fired: { tone: "ok", icon: Check, label: "Fired" },
    skipped: { tone: "idle", icon: SkipForward, label: "Skipped" },
    missed: { tone: "fail", icon: CircleAlert, label: "Missed" },
    paused: { tone: "wait", icon: Pause, label: "Paused" },
  },
  webhook: {
    active: { tone: "ok", icon: Webhook, label: "Active" },
    paused: { tone: "idle", icon: Pause, label: "Paused" },
  },
  delivery: {
    taken: { tone: "ok", icon: Check, label: "Taken" },
    started: { tone: "ok", icon: Check, label: "Started" },
    joined: { tone: "idle", icon: Merge, label: "Joined" },
    signalled: { tone: "ok", icon: Radio, label: "Signalled" },
    refused: { tone: "fail", icon: CircleAlert, label: "Refused" },
  },
  worker: {
    alive: { tone: "ok", icon: CircleDot, label: "Alive" },
    stopping: { tone: "wait", icon: Hourglass, label: "Stopping" },
    dead: { tone: "fail", icon: Unplug, label: "Silent" },
  },
  finding: {
    ok: { tone: "ok", icon: CircleCheck, label: "Good" },
    warning: { tone: "wait", icon: CircleAlert, label: "Warning" },
    error: { tone: "fail", icon: CircleX, label: "Problem" },
  },
};

/** Colour, icon and words of a state: the only place that knows them. An unknown state shows its own name. */
export function statusLook(kind: StatusKind, status: string): StatusLook {
  return LOOKS[kind][status] ?? { tone: "idle", icon: CircleDashed, label: status };
}

export function statusesOf(kind: StatusKind): string[] {
  return Object.keys(LOOKS[kind]);
}

export const TONE_CLASS: Record<Tone, string> = {
  ok: "tone-ok",
  run: "tone-run",
  wait: "tone-wait",
  retry: "tone-retry",
  fail: "tone-fail",
  idle: "tone-idle",
  accent: "tone-accent",
};
