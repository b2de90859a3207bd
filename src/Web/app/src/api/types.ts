// What the public API says, as far as the page reads it. Names as in the C# contracts.

export type Health = 'ok' | 'running' | 'warn' | 'bad' | 'idle';

export type StageName = 'data' | 'features' | 'training' | 'validation' | 'registry' | 'deployment' | 'serving' | 'monitoring';

export interface FactLine {
  position: number;
  kind: string;
  subject: string;
  at: string;
}

/** `code` says which sentence, `values` fill it. */
export interface Stage {
  stage: StageName;
  health: Health;
  code: string;
  subject?: string;
  values: Record<string, string | number>;
  at?: string;
  recent: FactLine[];
}

export type AttentionKind = 'alert' | 'delivery-refused' | 'verdict-refused' | 'rolled-back' | 'run-failed';

export interface Attention {
  kind: AttentionKind;
  severity: 'warn' | 'bad';
  id: string;
  subject: string;
  code: string;
  detail: string;
  lines: string[];
  acknowledged: boolean;
  at: string;
  position: number;
}

export interface Revision {
  deployment: string;
  number: number;
  modelVersion: string;
  model: string;
  createdAt: string;
}

export interface RolloutDecision {
  verb: string;
  percent: number;
  reason: string;
  answeredByChallenger: number;
  at: string;
}

export interface Rollout {
  id: string;
  champion: number;
  challenger: number;
  status: 'running' | 'promoted' | 'rolled-back' | 'superseded';
  stage: number;
  percent: number;
  overridden: boolean;
  startedAt: string;
  endedAt?: string;
  decisions: RolloutDecision[];
}

export interface Deployment {
  name: string;
  spec: { model: string; rollout: { stages: number[] } };
  generation: number;
  champion?: Revision;
  rollout?: Rollout;
  revisions: Revision[];
  health: { dataPlanes: number; requests: number; errors: number; requestsPerSecond: number; p50?: number; p99?: number; trouble?: string };
}

export interface Overview {
  project: string;
  at: string;
  position: number;
  dataPlaneUrl: string;
  stages: Stage[];
  attention: Attention[];
  deployments: Deployment[];
  recent: FactLine[];
}

export interface Me {
  actor: string;
  name: string;
  anonymous: boolean;
  projects: { id: string; name: string; role: string; permissions: string[] }[];
}

export interface ModelVersion {
  model: string;
  number: number;
  digest: string;
  createdAt: string;
  aliases: string[];
  provenance: { run?: string; pipelineRun?: string; verdict?: string; datasets: { name: string; number: number; digest: string }[] };
}

/** RFC 9457, with what Takt adds. */
export interface Problem {
  type: string;
  status: number;
  title: string;
  detail: string;
  mend?: string;
  findings?: string[];
}
