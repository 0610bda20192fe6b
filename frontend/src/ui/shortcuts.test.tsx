import { renderHook } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";
import { handleKey, useShortcuts } from "./shortcuts";

beforeEach(() => {
  document.addEventListener("keydown", handleKey);
  return () => document.removeEventListener("keydown", handleKey);
});

it("a key of a page runs while the page is there, and not after", async () => {
  const run = vi.fn();
  const { unmount } = renderHook(() => useShortcuts("Page", [{ keys: "r", label: "Run", run }]));

  await userEvent.keyboard("r");
  unmount();
  await userEvent.keyboard("r");

  expect(run).toHaveBeenCalledTimes(1);
});

it("one key after the other is a shortcut of its own", async () => {
  const run = vi.fn();
  renderHook(() => useShortcuts("Page", [{ keys: "g e", label: "Executions", run }]));

  await userEvent.keyboard("ge");

  expect(run).toHaveBeenCalledTimes(1);
});

it("typing in a field runs nothing", async () => {
  const run = vi.fn();
  renderHook(() => useShortcuts("Page", [{ keys: "r", label: "Run", run }]));
  const field = document.body.appendChild(document.createElement("input"));

  await userEvent.type(field, "r");

  expect(run).not.toHaveBeenCalled();
  field.remove();
});
