import { QueryClient } from "@tanstack/react-query";
import { Problem } from "./problem";

/** Retries what may pass: no answer, 503 and other faults of the server; never a refusal. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      gcTime: 5 * 60_000,
      retry: (count, error) => (error instanceof Problem && error.status >= 400 && error.status < 500 ? false : count < 2),
      retryDelay: (count) => Math.min(500 * 2 ** count, 3_000),
    },
    mutations: { retry: false },
  },
});

/** Every key of the cache. The first word is the live topic that makes it stale. */
export const keys = {
  workflows: { all: ["workflows"] as const, list: (filter: object = {}) => ["workflows", "list", filter] as const, detail: (name: string) => ["workflows", "detail", name] as const,
    version: (name: string, version: number) => ["workflows", "version", name, version] as const, versions: (name: string) => ["workflows", "versions", name] as const },
  executions: { all: ["executions"] as const, list: (filter: object = {}) => ["executions", "list", filter] as const, detail: (id: string) => ["execution", id, "detail"] as const,
    journal: (id: string) => ["execution", id, "journal"] as const, why: (id: string) => ["execution", id, "why"] as const, of: (id: string) => ["execution", id] as const },
  approvals: { all: ["approvals"] as const, list: (filter: object = {}) => ["approvals", "list", filter] as const, facets: ["approvals", "facets"] as const, detail: (id: string) => ["approvals", "detail", id] as const },
  schedules: { all: ["schedules"] as const, list: (filter: object = {}) => ["schedules", "list", filter] as const, detail: (id: string) => ["schedules", "detail", id] as const,
    fires: (id: string, filter: object = {}) => ["schedules", "fires", id, filter] as const, next: (id: string) => ["schedules", "next", id] as const },
  secrets: { all: ["secrets"] as const, use: (name: string) => ["secrets", "use", name] as const },
  webhooks: { all: ["webhooks"] as const, list: (filter: object = {}) => ["webhooks", "list", filter] as const, detail: (id: string, known: boolean) => ["webhooks", "detail", id, known] as const,
    deliveries: (id: string) => ["webhooks", "deliveries", id] as const },
  system: { workers: ["workers"] as const, nodeTypes: ["node-types"] as const, stats: ["workers", "stats"] as const, health: ["workers", "health"] as const, session: ["session"] as const },
};
