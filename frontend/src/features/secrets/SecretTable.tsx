import { RefreshCw, Trash2 } from "lucide-react";
import type { Secret } from "@/api/secrets";
import { IconButton } from "@/ui/Button";
import { Head, Row, Table, Td, Th } from "@/ui/Table";
import { Time } from "@/ui/Time";

/** Names, and when each was set; there are no values to show. */
export function SecretTable({ secrets, onReplace, onDelete }: { secrets: Secret[]; onReplace: (name: string) => void; onDelete: (name: string) => void }) {
  return (
    <Table label="Secrets" className="rounded-lg border bg-surface">
      <Head><Th>Name</Th><Th>Set</Th><Th className="max-sm:hidden">By</Th><Th><span className="sr-only">Actions</span></Th></Head>
      <tbody>
        {secrets.map((secret) => (
          <Row key={secret.name}>
            <Td>
              <code className="font-mono text-sm break-all">{secret.name}</code>
              {!secret.opens && <span className="tone-fail ml-2 rounded-full bg-tone-soft px-2 text-xs text-tone">its key is not here</span>}
            </Td>
            <Td className="whitespace-nowrap text-muted"><Time at={secret.set_at} /></Td>
            <Td className="text-muted max-sm:hidden">{secret.set_by ?? "–"}</Td>
            <Td className="text-right whitespace-nowrap">
              <IconButton icon={RefreshCw} label={`Replace ${secret.name}`} size="sm" onClick={() => onReplace(secret.name)} />
              <IconButton icon={Trash2} label={`Delete ${secret.name}`} size="sm" onClick={() => onDelete(secret.name)} />
            </Td>
          </Row>
        ))}
      </tbody>
    </Table>
  );
}
