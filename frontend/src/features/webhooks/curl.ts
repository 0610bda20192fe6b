import type { Webhook } from "@/api/webhooks";

const HEADERS = "-H 'Content-Type: application/json'";
const hexOf = (said: string): string => `S=$(printf ${said} | openssl dgst -sha256 -hmac "$SECRET" -r | cut -d' ' -f1)`;

/** Lines for a shell that deliver something there. Those that sign it read the secret from `$SECRET`. */
export function curlOf(webhook: Pick<Webhook, "signing" | "execution">, address: string): string {
  const { body, query } = exampleOf(webhook.execution);
  const url = `'${address}${query}'`;
  const text = `BODY='${JSON.stringify(body)}'`;
  switch (webhook.signing) {
    case "hmac":
      return lines(`T=$(date +%s); ${text}`, hexOf(`'%s.%s' "$T" "$BODY"`), sent(url, `"Treadle-Timestamp: $T"`, `"Treadle-Signature: v1=$S"`));
    case "github":
      return lines(text, hexOf(`%s "$BODY"`), sent(url, `"X-Hub-Signature-256: sha256=$S"`));
    case "stripe":
      return lines(`T=$(date +%s); ${text}`, hexOf(`'%s.%s' "$T" "$BODY"`), sent(url, `"Stripe-Signature: t=$T,v1=$S"`));
    case "standard":
      return lines(
        `T=$(date +%s); ID=msg_$T; ${text}`,
        `KEY=$(printf %s "\${SECRET#whsec_}" | base64 -d | od -An -v -tx1 | tr -d ' \\n')`,
        `S=$(printf '%s.%s.%s' "$ID" "$T" "$BODY" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$KEY" -binary | base64)`,
        sent(url, `"webhook-id: $ID"`, `"webhook-timestamp: $T"`, `"webhook-signature: v1,$S"`),
      );
    default:
      return `curl ${url} \\\n  ${HEADERS} \\\n  -d '${JSON.stringify(body)}'`;
  }
}

const lines = (...each: string[]): string => each.join("\n");
const sent = (url: string, ...headers: string[]): string => `curl ${url} \\\n${headers.map((each) => `  -H ${each} \\\n`).join("")}  ${HEADERS} -d "$BODY"`;

/** Something to deliver; where a signal looks for the execution's id, a place for it. */
function exampleOf(execution: string | null): { body: unknown; query: string } {
  const [, place, rest] = /^\s*trigger\.(body|query)((?:\.[A-Za-z_]\w*)+)\s*$/.exec(execution ?? "") ?? [];
  const names = rest?.slice(1).split(".") ?? [];
  if (place === "body") return { body: names.reduceRight<unknown>((inner, name) => ({ [name]: inner }), "EXECUTION_ID"), query: "" };
  return { body: { hello: "world" }, query: place === "query" && names.length === 1 ? `?${names[0]}=EXECUTION_ID` : "" };
}
