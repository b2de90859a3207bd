import { NativeSelect } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { api } from '../api/client';
import type { Me, StageName } from '../api/types';
import { LoopMark, StageIcon } from '../look/StageIcon';
import { useWords } from '../words/Words';
import { go, useAddress, withQuery } from './address';

const groups: { title: 'build' | 'ship' | 'assure'; stages: StageName[] }[] = [
  { title: 'build', stages: ['data', 'features', 'training'] },
  { title: 'ship', stages: ['validation', 'registry', 'deployment', 'serving'] },
  { title: 'assure', stages: ['monitoring'] },
];

export function Frame({ me, project, children }: { me: Me; project?: string; children: ReactNode }) {
  const { t, language } = useWords();
  const { query } = useAddress();
  const queries = useQueryClient();
  const open = query.get('stage');

  const link = (to: string, active: boolean, content: ReactNode) => (
    <a
      className={active ? 'nav-item active' : 'nav-item'}
      href={to}
      aria-current={active ? 'page' : undefined}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        go(to);
      }}
    >
      {content}
    </a>
  );

  const leave = async () => {
    await api.signOut().catch(() => undefined);
    queries.clear();
    go('/signin');
  };

  return (
    <div className="frame">
      <nav className="side" aria-label="Takt">
        <div className="brand">
          <LoopMark /> Takt
        </div>
        {me.projects.length > 0 && (
          <NativeSelect
            className="project"
            size="sm"
            aria-label={t.project}
            value={project}
            data={me.projects.map((p) => p.name)}
            onChange={(event) => go(`/p/${encodeURIComponent(event.currentTarget.value)}${language === navigatorLanguage() ? '' : `?lang=${language}`}`)}
          />
        )}
        {link(withQuery('stage', null), open === null, <><HomeIcon /> {t.home}</>)}
        {groups.map((group) => (
          <div key={group.title} className="nav-group">
            <h2>{t[group.title]}</h2>
            {group.stages.map((stage) => (
              <div key={stage}>{link(withQuery('stage', stage), open === stage, <><StageIcon stage={stage} size={16} /> {t.stages[stage]}</>)}</div>
            ))}
          </div>
        ))}
        <div className="side-foot">
          <div className="who" title={me.actor}>
            {me.name}
            <span>{me.projects.find((p) => p.name === project)?.role}</span>
          </div>
          <div className="foot-links">
            <button type="button" className="quiet" onClick={() => go(withQuery('lang', language === 'de' ? 'en' : 'de'))}>
              {t.language}
            </button>
            {!me.anonymous && (
              <button type="button" className="quiet" onClick={() => void leave()}>
                {t.signOut}
              </button>
            )}
          </div>
        </div>
      </nav>
      <main className="page">
        {project ? children : (
          <div className="empty">
            <h1>{t.noProject}</h1>
            <p>{t.noProjectMore}</p>
          </div>
        )}
      </main>
    </div>
  );
}

const navigatorLanguage = () => (navigator.language.toLowerCase().startsWith('de') ? 'de' : 'en');

function HomeIcon() {
  return (
    <svg className="stage-icon" width={16} height={16} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.7" strokeLinecap="round" strokeLinejoin="round" aria-hidden>
      <path d="m3.5 11.5 8.5-7.5 8.5 7.5M6 9.5V20h12V9.5M10 20v-5.5h4V20" />
    </svg>
  );
}
