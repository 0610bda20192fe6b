import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { Eye, EyeOff } from "lucide-react";
import { useEffect, useState } from "react";
import { call } from "@/api/client";
import { Problem } from "@/api/problem";
import { keys } from "@/api/query";
import { fetchSession } from "@/api/system";
import { Button, IconButton } from "@/ui/Button";
import { Field, Input } from "@/ui/Field";
import { useTitle } from "@/ui/PageHeader";
import { ErrorState, LoadingRows } from "@/ui/States";
import { safeNext } from "./next";

const route = getRouteApi("/login");

/** Asks for a token of this server; the server answers with a cookie. */
export function Page() {
  useTitle("Log in");
  const next = safeNext(route.useSearch().next);
  const router = useRouter();
  const client = useQueryClient();
  const [token, setToken] = useState("");
  const [shown, setShown] = useState(false);
  const session = useQuery({ queryKey: keys.system.session, queryFn: fetchSession });
  const inside = session.data && (!session.data.required || session.data.authenticated);
  useEffect(() => { if (inside) router.history.replace(next); }, [inside, next, router]);
  const login = useMutation({
    mutationFn: () => call("post", "/api/v1/session", { body: { token: token.trim() } }),
    onSuccess: () => { client.clear(); router.history.replace(next); },
  });
  const unknown = login.error instanceof Problem && login.error.status === 401;
  const error = token.trim() === "" && login.isError ? "Paste the token." : unknown ? "This server does not know this token." : undefined;
  // Nobody who needs no token sees the form flash by.
  if (session.isPending || inside) return <LoadingRows />;
  return (
    <main className="flex min-h-full items-center justify-center p-4">
      <div className="flex w-full max-w-sm flex-col gap-6">
        <div className="flex flex-col items-center gap-3 text-center">
          <svg viewBox="0 0 32 32" width="44" height="44" aria-hidden className="rounded-lg">
            <rect width="32" height="32" rx="8" className="fill-accent-fill" /><path d="M8 11h16M16 11v12" className="stroke-white" strokeWidth="3" strokeLinecap="round" />
            <circle cx="8" cy="11" r="3" className="fill-white" /><circle cx="24" cy="11" r="3" className="fill-white" /><circle cx="16" cy="23" r="3" className="fill-white" />
          </svg>
          <h1 className="text-xl font-semibold">Log in to Treadle</h1>
        </div>
        <form className="panel flex flex-col gap-4 p-5 shadow-low" onSubmit={(event) => { event.preventDefault(); login.mutate(); }}>
          <input type="text" name="username" autoComplete="username" value="treadle" readOnly hidden />
          <div className="relative">
            <Field label="Token" error={error && <span role="alert">{error}</span>} hint="One of those in TREADLE_TOKENS. This browser stays logged in for seven days.">
              <Input type={shown ? "text" : "password"} name="token" autoFocus autoComplete="current-password" className="pr-9!" value={token} onChange={(event) => { setToken(event.target.value); if (login.isError) login.reset(); }} />
            </Field>
            <span className="absolute top-6 right-0.5"><IconButton icon={shown ? EyeOff : Eye} size="sm" label={shown ? "Hide the token" : "Show the token"} onClick={() => setShown(!shown)} /></span>
          </div>
          {login.isError && !unknown && token.trim() !== "" && <ErrorState compact error={login.error} />}
          <Button type="submit" look="primary" busy={login.isPending}>Log in</Button>
        </form>
        <p className="text-center text-xs text-muted">Whoever runs this server gives out its tokens.{session.data?.version && <> Treadle {session.data.version}.</>}</p>
      </div>
    </main>
  );
}
