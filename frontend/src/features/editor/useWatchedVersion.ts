import { useExecution } from "@/api/executions";

/** The version that the watched execution runs on, when it is another than the latest. Trials of one node have no version to show. */
export function useWatchedVersion(execution: string | undefined, latest: number): number | undefined {
  const version = useExecution(execution).data?.version;
  return version !== undefined && version > 0 && version !== latest && latest > 0 ? version : undefined;
}
