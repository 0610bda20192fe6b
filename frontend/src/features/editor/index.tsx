import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Workflow as WorkflowIcon } from "lucide-react";
import { useState } from "react";
import { useLiveTopic } from "@/api/live";
import { Problem } from "@/api/problem";
import { useWorkflow } from "@/api/workflows";
import { NewWorkflow } from "@/graph/NewWorkflow";
import { Button } from "@/ui/Button";
import { PageHeader } from "@/ui/PageHeader";
import { EmptyState, ErrorState, LoadingRows } from "@/ui/States";
import { Editor } from "./Editor";

const route = getRouteApi("/shell/w/$name");

export function Page() {
  const { name } = route.useParams();
  const search = route.useSearch();
  const drawing = search.new !== undefined;
  const workflow = useWorkflow(name, !drawing);
  useLiveTopic("workflows");
  const missing = workflow.isError && workflow.error instanceof Problem && workflow.error.status === 404;
  if (workflow.data || drawing) return <Editor key={name} name={name} workflow={workflow.data ?? null} search={search} />;
  if (missing) return <Missing name={name} />;
  if (workflow.isError) return <ErrorState error={workflow.error} onRetry={() => void workflow.refetch()} />;
  return <LoadingRows />;
}

function Missing({ name }: { name: string }) {
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <PageHeader title={name} tab={`Not found · ${name}`} />
      <EmptyState icon={WorkflowIcon} title="There is no workflow of this name" action={<><Button onClick={() => void navigate({ to: "/w" })}>All workflows</Button><Button look="primary" onClick={() => setAsking(true)}>Create it</Button></>}>
        It may have been deleted, or its name may be misspelt. You can draw it now.
      </EmptyState>
      <NewWorkflow open={asking} name={name} onClose={() => setAsking(false)} onCreate={(created, template) => void navigate({ to: "/w/$name", params: { name: created }, search: { new: template } })} />
    </>
  );
}
