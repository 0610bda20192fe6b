import { PanelLeftClose, PanelLeftOpen, X } from "lucide-react";
import { createElement, useEffect, useRef, useState } from "react";
import { nodeIcon } from "@/graph/icons";
import { HOLDS_GRAPH } from "@/graph/ports";
import { IconButton } from "@/ui/Button";
import { ExpressionToolsContext } from "@/ui/expression/tools";
import { useMedia } from "@/ui/media";
import { useShortcuts } from "@/ui/shortcuts";
import { SplitPane } from "@/ui/SplitPane";
import { Tabs } from "@/ui/Tabs";
import { frame, isWide, keepWide } from "./frame";
import { InputPane } from "./InputPane";
import { OutputPane } from "./OutputPane";
import type { NodePanelProps } from "./props";
import { SettingsPane } from "./SettingsPane";
import { usePanelData } from "./usePanelData";
import { useTrial } from "./useTrial";

/**
 * A node in three panes over the canvas: what it can read, its settings, what it gave; on narrow screens as tabs.
 * Its props are in `props.ts`. Only the node changes through `onChange`; trials and what is typed for them are not saved.
 */
export function NodePanel(props: NodePanelProps) {
  const { graph, root, nodeId, nodeType, workflow, readOnly = false, onClose, onEnter, onRun, types } = props;
  const node = graph.nodes.find((each) => each.id === nodeId);
  const data = usePanelData(props);
  const trial = useTrial(workflow, root, data.place, data.given);
  const narrow = useMedia("(max-width: 1023px)");
  const [wide, setWide] = useState(isWide);
  const [tab, setTab] = useState("settings");
  const [part, setPart] = useState("config");
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    heading.current?.focus({ preventScroll: true });
    return () => { if (before?.isConnected) before.focus({ preventScroll: true }); };
  }, []);
  const trigger = nodeType?.trigger ?? false;
  const tryIt = () => { if (!trigger) { if (narrow) setTab("output"); else if (!wide) show(true); void trial.start(); } };
  useShortcuts("Node", [
    { keys: "mod+enter", label: "Run this node", run: tryIt },
    { keys: "escape", label: "Close the node", run: onClose },
  ]);
  function show(next: boolean) {
    setWide(next);
    keepWide(next);
  }
  if (!node) return null;
  const input = <InputPane data={data} types={types} readOnly={readOnly} onRun={onRun} />;
  const settings = <SettingsPane {...props} node={node} tab={part} onTab={setPart} />;
  const output = <OutputPane data={data} trial={trial} nodeId={nodeId} trigger={trigger} holdsGraph={HOLDS_GRAPH.has(node.type)} onEnter={onEnter && ((scope) => onEnter(nodeId, scope))} onRun={onRun} />;
  return (
    <ExpressionToolsContext value={data.tools}>
      <section aria-label={`Node ${node.name ?? node.id}`}
        className={frame(narrow, wide)}
        onKeyDown={(event) => { if (event.key === "Escape" && !event.defaultPrevented) { event.preventDefault(); onClose(); } }}>
        <header className="flex min-h-12 shrink-0 items-center gap-2 border-b px-3">
          {createElement(nodeIcon(nodeType?.icon), { "aria-hidden": true, size: 18, className: "shrink-0 text-accent" })}
          <h2 ref={heading} tabIndex={-1} className="truncate text-base font-semibold outline-none">{node.name ?? node.id}</h2>
          <span className="min-w-0 flex-1 truncate text-sm text-muted max-sm:hidden"><code className="font-mono text-xs">{node.type}</code>{nodeType?.summary ? ` · ${nodeType.summary}` : ""}</span>
          <span className="ml-auto flex shrink-0">
            {!narrow && <IconButton icon={wide ? PanelLeftClose : PanelLeftOpen} label={wide ? "Settings only" : "Show input and output"} size="sm" aria-pressed={wide} onClick={() => show(!wide)} />}
            <IconButton icon={X} label="Close node" shortcut="escape" size="sm" onClick={onClose} />
          </span>
        </header>
        {readOnly && <p className="border-b bg-sunken px-3 py-1.5 text-xs text-muted">This is an older version: look, but changes are made in the latest.</p>}
        {narrow ? (
          <Tabs label="Panes" value={tab} onChange={setTab} tabs={[
            { value: "input", label: "Input", content: <div className="flex h-full flex-col">{input}</div> },
            { value: "settings", label: "Settings", content: <div className="flex h-full flex-col">{settings}</div> },
            { value: "output", label: "Output", content: <div className="flex h-full flex-col">{output}</div> },
          ]} />
        ) : wide ? (
          <SplitPane name="panel-input" label="Width of the input" initial={27} first={input} second={<SplitPane name="panel-output" label="Width of the settings" initial={56} first={settings} second={output} />} />
        ) : settings}
      </section>
    </ExpressionToolsContext>
  );
}
