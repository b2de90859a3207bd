import type { Me, ModelVersion, Overview, Problem } from './types';

export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.mend ? `${problem.detail} ${problem.mend}` : problem.detail);
  }
}

/** The server did not answer at all. */
export class Away extends Error {}

const TIMEOUT = 10_000;

async function call<T>(path: string, init?: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, headers: { Accept: 'application/json', ...init?.headers }, signal: AbortSignal.timeout(TIMEOUT), cache: 'no-store' });
  } catch {
    throw new Away();
  }
  const text = await response.text();
  let body: unknown;
  try {
    body = text === '' ? undefined : JSON.parse(text);
  } catch {
    throw new Away(); // something between us and the server answered, not Takt
  }
  if (response.ok) return body as T;
  if (response.status === 502 || response.status === 503 || response.status === 504) throw new Away();
  const problem = (body ?? {}) as Partial<Problem>;
  throw new Refused({ type: problem.type ?? '', status: response.status, title: problem.title ?? '', detail: problem.detail ?? `HTTP ${response.status}`, mend: problem.mend, findings: problem.findings });
}

/** Every POST carries a key of its own, so that a click that is sent twice acts once. */
function post<T>(path: string, body: unknown): Promise<T> {
  return call<T>(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() },
    body: JSON.stringify(body),
  });
}

const within = (project: string, rest: string) => `/api/v1/projects/${encodeURIComponent(project)}/${rest}`;

export const api = {
  me: () => call<Me>('/api/v1/me'),
  signIn: (credential: { token: string } | { code: string }) =>
    call<unknown>('/api/v1/sign-in', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(credential) }),
  signOut: () => call<unknown>('/api/v1/sign-out', { method: 'POST' }),
  overview: (project: string) => call<Overview>(within(project, 'overview')),
  modelVersion: (project: string, version: string) => {
    const slash = version.lastIndexOf('/');
    return call<ModelVersion>(within(project, `models/${encodeURIComponent(version.slice(0, slash))}/versions/${version.slice(slash + 1)}`));
  },
  rollBack: (project: string, deployment: string, revision: number, reason: string) =>
    post<unknown>(within(project, `deployments/${encodeURIComponent(deployment)}/roll-back`), { revision, reason }),
  acknowledge: (project: string, alert: string, note: string) => post<unknown>(within(project, `alerts/${encodeURIComponent(alert)}/acknowledge`), { note }),
};
