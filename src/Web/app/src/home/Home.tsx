import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Away, Refused, api } from '../api/client';
import type { Me, StageName } from '../api/types';
import { go, useAddress, withQuery } from '../frame/address';
import { Unreachable } from '../frame/Unreachable';
import { useWords } from '../words/Words';
import { Deployments } from './Deployments';
import { Journal } from './Journal';
import { Loop } from './Loop';
import { NeedsYou } from './NeedsYou';
import { StagePanel } from './StagePanel';

const EVERY = 1_500;

export function Home({ me, project }: { me: Me; project: string }) {
  const { t, time } = useWords();
  const { query } = useAddress();
  const [now, setNow] = useState(() => Date.now());
  const overview = useQuery({ queryKey: ['overview', project], queryFn: () => api.overview(project), refetchInterval: EVERY, refetchIntervalInBackground: false });

  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);

  const attention = overview.data?.attention.filter((a) => !a.acknowledged).length ?? 0;
  useEffect(() => {
    document.title = attention > 0 ? `(${attention}) Takt · ${project}` : `Takt · ${project}`;
  }, [attention, project]);

  if (!overview.data) {
    if (overview.error instanceof Away) return <Unreachable />;
    if (overview.error instanceof Refused) return <p className="refusal" role="alert">{overview.error.message}</p>;
    return null;
  }
  const permissions = new Set(me.projects.find((p) => p.name === project)?.permissions ?? []);
  const away = overview.isError;
  const open = query.get('stage') as StageName | null;
  const stage = overview.data.stages.find((s) => s.stage === open);

  return (
    <div className={away ? 'home stale' : 'home'}>
      {away && (
        <div className="offline" role="status" data-testid="offline">
          <strong>{t.offline.replace('{time}', time(overview.data.at))}</strong> <span>{t.offlineMore}</span>
        </div>
      )}
      <header className="page-head">
        <h1>{t.theLoop}</h1>
        <p>{t.loopMore}</p>
      </header>
      <Loop stages={overview.data.stages} now={now} open={open} />
      <div className="columns">
        <NeedsYou items={overview.data.attention} project={project} now={now} mayAcknowledge={permissions.has('monitors-write')} />
        <Deployments deployments={overview.data.deployments} at={overview.data.at} project={project} mayRollBack={permissions.has('deployments-roll-back')} />
      </div>
      <Journal facts={overview.data.recent} now={now} project={project} />
      {stage && <StagePanel stage={stage} project={project} now={now} onClose={() => go(withQuery('stage', null))} />}
    </div>
  );
}
