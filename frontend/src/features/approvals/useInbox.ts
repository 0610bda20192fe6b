import { useState } from "react";
import { useApprovals, type Approval, type ApprovalFilter } from "@/api/approvals";
import { useLiveTopic } from "@/api/live";

export interface Inbox { rows: Approval[]; /** New ones that are held back while the list is pointed at. */ fresh: number; showNew: () => void; isPending: boolean; error: unknown; retry: () => void; hasMore: boolean; loadingMore: boolean; more: () => void }

/** The list, live. While `held`, new ones wait until they are asked for, so that nothing moves under the pointer. */
export function useInbox(filter: ApprovalFilter, held: boolean): Inbox {
  useLiveTopic("approvals");
  const pages = useApprovals(filter);
  const key = JSON.stringify(filter);
  const all = pages.data?.pages.flatMap((page) => page.items) ?? [];
  const [seen, setSeen] = useState<{ key: string; ids: ReadonlySet<string> }>({ key: "", ids: new Set() });
  const fresh = seen.key === key ? all.filter((each) => !seen.ids.has(each.id)) : all;
  const take = () => setSeen({ key, ids: new Set(all.map((each) => each.id)) });
  if (fresh.length > 0 && (!held || seen.key !== key)) take();
  const hidden = new Set(held && seen.key === key ? fresh.map((each) => each.id) : []);
  return {
    rows: all.filter((each) => !hidden.has(each.id)), fresh: hidden.size, showNew: take, isPending: pages.isPending, error: pages.data ? null : pages.error,
    retry: () => void pages.refetch(), hasMore: pages.hasNextPage, loadingMore: pages.isFetchingNextPage, more: () => void pages.fetchNextPage(),
  };
}
