import { FileUp } from "lucide-react";
import { useState, type DragEvent, type ReactNode } from "react";

const hasFiles = (event: DragEvent) => event.dataTransfer.types.includes("Files");

/** The page takes files that are dropped anywhere on it. */
export function DropArea({ onFile, children }: { onFile: (file: File | undefined) => void; children: ReactNode }) {
  const [over, setOver] = useState(false);
  return (
    <div className="relative flex min-h-full flex-1 flex-col"
      onDragOver={(event) => { if (hasFiles(event)) { event.preventDefault(); setOver(true); } }}
      onDragLeave={(event) => { if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false); }}
      onDrop={(event) => { if (hasFiles(event)) { event.preventDefault(); setOver(false); onFile(event.dataTransfer.files[0]); } }}>
      {children}
      {over && (
        <div className="pointer-events-none absolute inset-2 z-30 flex flex-col items-center justify-center gap-2 rounded-lg border-2 border-dashed border-accent bg-accent-soft/90 text-accent">
          <FileUp aria-hidden size={28} /><p className="text-base font-semibold">Drop a workflow here</p><p className="text-sm">YAML or JSON</p>
        </div>
      )}
    </div>
  );
}
