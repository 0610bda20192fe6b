import { useMutation, useQuery } from "@tanstack/react-query";
import { LogOut as Icon } from "lucide-react";
import { call } from "@/api/client";
import { keys } from "@/api/query";
import { fetchSession } from "@/api/system";
import { useActions } from "@/ui/actions";
import { IconButton } from "@/ui/Button";
import { toast } from "@/ui/Toast";

/** Only where the server wants a token. */
export function LogOut() {
  const session = useQuery({ queryKey: keys.system.session, queryFn: fetchSession, staleTime: 60_000 }).data;
  const leave = useMutation({ mutationFn: () => call("delete", "/api/v1/session"), onSuccess: () => window.location.assign("/login"), onError: toast.error });
  const needed = session?.required && session.authenticated;
  useActions(needed ? [{ id: "log out", label: "Log out", icon: Icon, words: "session token leave", everywhere: true, run: () => leave.mutate() }] : []);
  return needed ? <IconButton icon={Icon} label="Log out" busy={leave.isPending} onClick={() => leave.mutate()} /> : null;
}
