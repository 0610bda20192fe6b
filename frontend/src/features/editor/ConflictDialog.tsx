import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { changeText, merged } from "@/graph/compare";
import { GraphView } from "@/graph/GraphView";
import type { GraphConfig } from "@/graph/model";
import type { Conflict } from "./useSaving";

interface Props { conflict: Conflict; base: number; mine: GraphConfig; busy: boolean; onTheirs: () => void; onMine: () => void; onClose: () => void }

/** Somebody saved another version meanwhile: shows how mine differs, and lets one of them be the latest. */
export function ConflictDialog({ conflict: { theirs, detail }, base, mine, busy, onTheirs, onMine, onClose }: Props) {
  const { graph, changes } = merged(theirs.graph_config as unknown as GraphConfig, mine);
  return (
    <Dialog open wide onClose={onClose} title={`Version ${theirs.version} was saved meanwhile`} description={`You began with version ${base}. ${detail}`}
      footer={
        <>
          <Button onClick={onClose}>Keep editing</Button>
          <span className="flex-1" />
          <Button onClick={onTheirs}>Load version {theirs.version}</Button>
          <Button look="primary" busy={busy} onClick={onMine}>Save mine as the newest</Button>
        </>
      }>
      <p className="mb-2 text-sm text-muted">What your draft changes in version {theirs.version}: {changeText(changes)}. No version is lost: all of them stay in the list of versions, and undo brings your draft back.</p>
      <div className="flex h-[46vh] min-h-60 overflow-hidden rounded-lg border"><GraphView graph={graph} changes={changes} label="Your draft compared with their version" /></div>
    </Dialog>
  );
}
