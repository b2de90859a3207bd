import { Button, Tooltip } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { Deployment, Rollout } from '../api/types';
import { StatusGlyph } from '../look/StatusGlyph';
import { useWords } from '../words/Words';
import { RollBack } from './RollBack';
import { Sparkline } from './Sparkline';

/** Readings kept for the small curve: two minutes. */
const KEPT = 80;

export function Deployments({ deployments, at, project, mayRollBack }: { deployments: Deployment[]; at: string; project: string; mayRollBack: boolean }) {
  const { t } = useWords();
  return (
    <section className="card" aria-labelledby="deployments" data-testid="deployments">
      <h2 id="deployments">{t.deployments}</h2>
      {deployments.length === 0 ? (
        <div className="empty small">
          <StatusGlyph health="idle" size={20} />
          <strong>{t.noDeployments}</strong>
          <p>{t.noDeploymentsMore}</p>
          <code className="snippet">takt apply</code>
        </div>
      ) : (
        deployments.map((deployment) => <DeploymentCard key={deployment.name} deployment={deployment} at={at} project={project} mayRollBack={mayRollBack} />)
      )}
    </section>
  );
}

function DeploymentCard({ deployment, at, project, mayRollBack }: { deployment: Deployment; at: string; project: string; mayRollBack: boolean }) {
  const { t, number } = useWords();
  const [asking, setAsking] = useState(false);
  const rates = useReadings(at, deployment.health.requestsPerSecond);
  const { champion, health, rollout } = deployment;
  const running = rollout?.status === 'running' ? rollout : undefined;
  // A rollout under way is what is rolled back, and the champion what is left; else the champion, to one before it.
  const leaving = running ? deployment.revisions.find((r) => r.number === running.challenger) : champion;
  const choices = deployment.revisions
    .filter((r) => champion && (running ? r.number === champion.number || (r.number < champion.number && r !== leaving) : r.number < champion.number))
    .sort((a, b) => b.number - a.number);
  const refusal = !mayRollBack ? t.rollBackForbidden : choices.length === 0 ? t.rollBackNone : null;
  return (
    <article className="deployment" data-testid={`deployment-${deployment.name}`}>
      <header>
        <div>
          <h3>{deployment.name}</h3>
          {champion ? (
            <p className="muted">
              {t.revision} <strong className="ink" data-testid="revision">{champion.number}</strong> · <code>{champion.modelVersion}</code> · <code title={champion.model}>{champion.model.slice(0, 12)}</code>
            </p>
          ) : <p className="muted">–</p>}
        </div>
        <Tooltip label={refusal} disabled={refusal === null} withArrow>
          <Button variant="default" size="sm" data-disabled={refusal !== null || undefined} aria-disabled={refusal !== null}
            onClick={(event) => (refusal === null ? setAsking(true) : event.preventDefault())} data-testid="roll-back">
            {t.rollBack} …
          </Button>
        </Tooltip>
      </header>
      <dl className="figures">
        <div className="wide">
          <dt>{t.rate}</dt>
          <dd><span data-testid="rate">{number(health.requestsPerSecond, health.requestsPerSecond < 10 ? 1 : 0)}</span> <Sparkline values={rates} /></dd>
        </div>
        <div><dt>{t.p50}</dt><dd>{health.p50 === undefined ? '–' : <>{number(health.p50, 2)} <small>ms</small></>}</dd></div>
        <div><dt>{t.p99}</dt><dd>{health.p99 === undefined ? '–' : <>{number(health.p99, 2)} <small>ms</small></>}</dd></div>
        <div><dt>{t.answered}</dt><dd>{number(health.requests)}</dd></div>
        <div className={health.errors > 0 ? 'bad' : undefined}><dt>{t.errors}</dt><dd>{number(health.errors)}</dd></div>
        <div className={health.dataPlanes === 0 ? 'bad' : undefined}><dt>{t.planes}</dt><dd>{health.dataPlanes}</dd></div>
      </dl>
      {health.trouble && <p className="refusal" role="alert">{health.trouble}</p>}
      {running && <RolloutBar rollout={running} stages={deployment.spec.rollout.stages} />}
      {asking && leaving && <RollBack deployment={deployment} leaving={leaving} choices={choices} project={project} onClose={() => setAsking(false)} />}
    </article>
  );
}

function RolloutBar({ rollout, stages }: { rollout: Rollout; stages: number[] }) {
  const { t } = useWords();
  const last = rollout.decisions.at(-1);
  return (
    <div className="rollout" data-testid="rollout">
      <div className="rollout-head">
        <StatusGlyph health="running" size={14} /> <strong>{t.rollout.replace('{number}', String(rollout.challenger))}</strong>
        {rollout.overridden && <span className="tag warn">{t.overridden}</span>}
        <span className="grow" />
        <span className="num">{rollout.percent} %</span>
      </div>
      <ol className="steps">
        {stages.map((percent, i) => (
          <li key={percent} className={i < rollout.stage ? 'done' : i === rollout.stage ? 'now' : undefined}>
            <span>{percent === 0 ? t.shadow : `${percent} %`}</span>
          </li>
        ))}
      </ol>
      {last && <p className="muted">{last.reason}</p>}
    </div>
  );
}

function useReadings(at: string, value: number): number[] {
  const kept = useRef<number[]>([]);
  const [readings, setReadings] = useState<number[]>([]);
  useEffect(() => {
    kept.current = [...kept.current, value].slice(-KEPT);
    setReadings(kept.current);
  }, [at, value]);
  return readings;
}
