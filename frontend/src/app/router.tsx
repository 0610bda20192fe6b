import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet, redirect, type RouteComponent } from "@tanstack/react-router";

import { executionQuery } from "@/api/executions";
import { queryClient, keys } from "@/api/query";
import { fetchSession, nodeTypesQuery } from "@/api/system";
import { workflowQuery } from "@/api/workflows";
import { parseSearch as approvals } from "@/features/approvals/search";
import { parseSearch as editor } from "@/features/editor/search";
import { parseSearch as execution } from "@/features/execution/search";
import { parseSearch as executions } from "@/features/executions/search";
import { parseSearch as health } from "@/features/health/search";
import { parseSearch as schedules } from "@/features/schedules/search";
import { parseSearch as versions } from "@/features/versions/search";
import { parseSearch as webhooks } from "@/features/webhooks/search";
import { parseSearch as workflows } from "@/features/workflows/search";
import { LoadingRows } from "@/ui/States";
import { AppShell } from "./AppShell";
import { Failed, NotFound } from "./Failures";

/** A page in a file of its own, loaded when it is first shown (or when a link to it is pointed at). */
const page = (load: () => Promise<{ Page: RouteComponent }>): RouteComponent => lazyRouteComponent(load, "Page");

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound, errorComponent: Failed });
const login = createRoute({ getParentRoute: () => root, path: "/login", validateSearch: (raw): { next?: string } => (typeof raw.next === "string" ? { next: raw.next } : {}), component: page(() => import("@/features/login")) });

const shell = createRoute({
  getParentRoute: () => root,
  id: "shell",
  component: AppShell,
  beforeLoad: async ({ location }) => {
    const session = await queryClient.ensureQueryData({ queryKey: keys.system.session, queryFn: fetchSession, staleTime: 60_000 }).catch(() => null);
    if (session?.required && !session.authenticated) throw redirect({ to: "/login", search: { next: location.href } });
  },
});
const under = { getParentRoute: () => shell } as const;

// What a page will ask for is on its way while its code is.
const routes = [
  createRoute({ ...under, path: "/", component: page(() => import("@/features/landing")) }),
  createRoute({ ...under, path: "/w", validateSearch: workflows, component: page(() => import("@/features/workflows")) }),
  createRoute({
    ...under, path: "/w/$name", validateSearch: editor, component: page(() => import("@/features/editor")),
    loaderDeps: ({ search }) => ({ drawing: search.new !== undefined }), loader: ({ params, deps }) => { void queryClient.prefetchQuery(nodeTypesQuery); if (!deps.drawing) void queryClient.prefetchQuery(workflowQuery(params.name)); }, staleTime: Infinity,
  }),
  createRoute({ ...under, path: "/w/$name/versions", validateSearch: versions, component: page(() => import("@/features/versions")) }),
  createRoute({ ...under, path: "/x", validateSearch: executions, component: page(() => import("@/features/executions")) }),
  createRoute({
    ...under, path: "/x/$id", validateSearch: execution, component: page(() => import("@/features/execution")),
    loader: ({ params }) => { void queryClient.prefetchQuery(nodeTypesQuery); void queryClient.prefetchQuery(executionQuery(params.id)); }, staleTime: Infinity,
  }),
  createRoute({ ...under, path: "/approvals", validateSearch: approvals, component: page(() => import("@/features/approvals")) }),
  createRoute({ ...under, path: "/approvals/$id", validateSearch: approvals, component: page(() => import("@/features/approvals")) }),
  createRoute({ ...under, path: "/schedules", validateSearch: schedules, component: page(() => import("@/features/schedules")) }),
  createRoute({ ...under, path: "/schedules/$id", validateSearch: schedules, component: page(() => import("@/features/schedules")) }),
  createRoute({ ...under, path: "/webhooks", validateSearch: webhooks, component: page(() => import("@/features/webhooks")) }),
  createRoute({ ...under, path: "/webhooks/$id", validateSearch: webhooks, component: page(() => import("@/features/webhooks")) }),
  createRoute({ ...under, path: "$", component: NotFound }),
  createRoute({ ...under, path: "/secrets", component: page(() => import("@/features/secrets")) }),
  createRoute({ ...under, path: "/health", validateSearch: health, component: page(() => import("@/features/health")) }),
] as const;

export const router = createRouter({
  routeTree: root.addChildren([login, shell.addChildren(routes)]),
  defaultPreload: "intent",
  defaultPendingComponent: LoadingRows,
  defaultPendingMs: 150,
  defaultErrorComponent: Failed,
  defaultNotFoundComponent: NotFound,
  scrollRestoration: false,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
