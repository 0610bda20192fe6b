/** Where to go after the login: a page of this UI and nothing else, whatever the address says. */
export function safeNext(next: string | undefined): string {
  return next && /^\/(?![/\\])/.test(next) && !next.startsWith("/login") ? next : "/";
}
