// What can go wrong with a call, in the form the API says it.
import type { Failure } from './types.gen';

export class ApiError extends Error {
  constructor(
    /** HTTP status; 0: the service could not be reached. */
    readonly status: number,
    /** For programs: phone_taken; see docs. `offline` when nothing was reached. */
    readonly code: string,
    message: string,
    /** Message by field: "phone", "lines[2].quantity". */
    readonly fields: Record<string, string> = {},
    /** Everything the answer said. */
    readonly answer: Record<string, unknown> = {},
    /** Seconds after which to try again, 0 when not said. */
    readonly retryAfter = 0,
  ) {
    super(message);
  }

  get offline(): boolean {
    return this.status === 0;
  }

  /** Worth sending again as it is: not reached, busy, or down. */
  get transient(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export async function errorOf(res: Response): Promise<ApiError> {
  const retry = Number(res.headers.get('Retry-After')) || 0;
  let answer: Partial<Failure> & Record<string, unknown> = {};
  try {
    answer = await res.json() as typeof answer;
  } catch {
    // A proxy in between answers with a page of its own.
  }
  const fields: Record<string, string> = {};
  for (const e of answer.errors ?? []) fields[e.field] ??= e.message;
  return new ApiError(res.status, answer.code ?? `http_${res.status}`, answer.message ?? `${res.status} ${res.statusText}`,
    fields, answer, retry);
}

export const offlineError = (): ApiError => new ApiError(0, 'offline', 'The service cannot be reached.');

/** Anything thrown, as an ApiError. */
export function asApiError(e: unknown): ApiError {
  if (e instanceof ApiError) return e;
  return new ApiError(-1, 'page_error', e instanceof Error ? e.message : String(e));
}

export const isAbort = (e: unknown): boolean => e instanceof DOMException && e.name === 'AbortError';
