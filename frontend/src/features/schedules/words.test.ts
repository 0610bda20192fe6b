import { expect, test } from "vitest";
import { cronText, timingText } from "./words";

const none = { cron: null, interval: null, at: [], timezone: "UTC" };

test("cron is said in words", () => {
  expect(cronText("30 2 * * *")).toBe("At 02:30, every day");
  expect(cronText("@midnight")).toBe(cronText("@daily"));
  expect(cronText("no cron")).toBeNull();
});

test("intervals and single times are said in words", () => {
  expect(timingText({ ...none, interval: 900 })).toBe("Every 15m");
  expect(timingText({ ...none, interval: 3600 })).toBe("Every hour");
  expect(timingText({ ...none, at: ["2026-12-24T08:00:00Z"], timezone: "Europe/Berlin" })).toContain("24 Dec 2026");
});
