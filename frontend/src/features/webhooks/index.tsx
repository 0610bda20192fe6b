import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { DetailPage } from "./DetailPage";
import { ListPage } from "./ListPage";
import { parseSearch } from "./search";

/** All webhooks, or one. */
export function Page() {
  const { id } = useParams({ strict: false });
  const search = parseSearch({ ...(useSearch({ strict: false }) as object) });
  const navigate = useNavigate();
  if (id) return <DetailPage key={id} id={id} onGone={() => void navigate({ to: "/webhooks" })} />;
  return <ListPage search={search} onSearch={(next) => void navigate({ to: "/webhooks", search: next, replace: true })} />;
}
