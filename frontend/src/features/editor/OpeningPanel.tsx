import { useMedia } from "@/ui/media";
import { useShortcuts } from "@/ui/shortcuts";
import { LoadingRows } from "@/ui/States";
import { frame, isWide } from "./panel/frame";

/** The panel of a node while its code is on the way; it can be closed already. */
export function OpeningPanel({ name, onClose }: { name: string; onClose: () => void }) {
  const narrow = useMedia("(max-width: 1023px)");
  useShortcuts("Node", [{ keys: "escape", label: "Close the node", run: onClose }]);
  return <section aria-label={`Node ${name}, opening`} className={frame(narrow, isWide())}><LoadingRows /></section>;
}
