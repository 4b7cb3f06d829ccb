import { freshId } from "./mint.ts";
import type { Reply, Violation } from "./protocol.ts";

/** The error object that both OpenAI protocols answer with. */
export function openaiRefusal(violation: Violation): Reply {
  return {
    kind: "json",
    status: violation.status ?? 400,
    headers: { "x-request-id": freshId("req_", 32) },
    body: {
      error: {
        message: violation.message,
        type: "invalid_request_error",
        param: violation.param ?? null,
        code: violation.code ?? null,
      },
    },
  };
}
