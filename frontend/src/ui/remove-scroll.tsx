import { createElement, type ElementType, type ReactNode } from "react";

type Props = { as?: ElementType; children?: ReactNode; allowPinchZoom?: boolean; shards?: unknown; enabled?: boolean };

/** Stands in for react-remove-scroll: the shell never scrolls, so nothing needs locking and no style tag is injected. */
export function RemoveScroll({ as = "div", allowPinchZoom: _zoom, shards: _shards, enabled: _enabled, ...props }: Props) {
  return createElement(as, props);
}
RemoveScroll.classNames = { fullWidth: "", zeroRight: "" };
