import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useLiveTopic } from "@/api/live";
import { DetailPage } from "./DetailPage";
import { ListPage } from "./ListPage";
import { parseSearch } from "./search";

/** All schedules, or one. */
export function Page() {
  const { id } = useParams({ strict: false });
  const search = parseSearch({ ...(useSearch({ strict: false }) as object) });
  const navigate = useNavigate();
  useLiveTopic("schedules");
  if (id) return <DetailPage key={id} id={id} outcome={search.outcome} onOutcome={(outcome) => void navigate({ to: "/schedules/$id", params: { id }, search: outcome ? { outcome } : {}, replace: true })} onGone={() => void navigate({ to: "/schedules" })} />;
  return <ListPage search={search} onSearch={(next) => void navigate({ to: "/schedules", search: next, replace: true })} />;
}
