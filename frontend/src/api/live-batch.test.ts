import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Batch } from "./live-batch";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("tells the first at once, and what follows in quick succession together", () => {
  const told: number[][] = [];
  const batch = new Batch<number>((items) => told.push(items), 80);

  batch.add(1);
  vi.advanceTimersByTime(0);
  batch.add(2);
  vi.advanceTimersByTime(79);
  batch.add(3);
  expect(told).toEqual([[1]]);
  vi.advanceTimersByTime(1);

  expect(told).toEqual([[1], [2, 3]]);
});

it("is quick again after a pause", () => {
  const told: number[][] = [];
  const batch = new Batch<number>((items) => told.push(items), 80);
  batch.add(1);
  vi.advanceTimersByTime(500);

  batch.add(2);
  vi.advanceTimersByTime(0);

  expect(told).toEqual([[1], [2]]);
});
