import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/client';
import type { Attention } from '../api/types';
import { go, withQuery } from '../frame/address';
import { StatusGlyph } from '../look/StatusGlyph';
import { useWords } from '../words/Words';
import { shortened } from './Loop';

const stageOf = { alert: 'monitoring', 'delivery-refused': 'data', 'verdict-refused': 'validation', 'rolled-back': 'deployment', 'run-failed': 'training' } as const;

export function NeedsYou({ items, project, now, mayAcknowledge }: { items: Attention[]; project: string; now: number; mayAcknowledge: boolean }) {
  const { t } = useWords();
  return (
    <section className="card" aria-labelledby="needs-you" data-testid="needs-you">
      <h2 id="needs-you">
        {t.needsYou} {items.length > 0 && <span className="count">{items.length}</span>}
      </h2>
      {items.length === 0 ? (
        <div className="empty small">
          <StatusGlyph health="ok" size={20} />
          <strong>{t.allWell}</strong>
          <p>{t.allWellMore}</p>
        </div>
      ) : (
        <ul className="attention">
          {items.map((item) => <Row key={item.id} item={item} project={project} now={now} mayAcknowledge={mayAcknowledge} />)}
        </ul>
      )}
    </section>
  );
}

function Row({ item, project, now, mayAcknowledge }: { item: Attention; project: string; now: number; mayAcknowledge: boolean }) {
  const { t, ago, day } = useWords();
  const queries = useQueryClient();
  const [wide, setWide] = useState(false);
  const acknowledge = useMutation({
    mutationFn: () => api.acknowledge(project, item.id, ''),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['overview', project] }),
  });
  const title = item.kind === 'alert' ? (t.alertKinds[item.code] ?? t.attention.alert) : t.attention[item.kind];
  return (
    <li className={item.acknowledged ? 'seen' : undefined}>
      <StatusGlyph health={item.severity} />
      <div className="attention-body">
        <div className="attention-head">
          <strong>{title}</strong>
          <code>{shortened(item.subject)}</code>
          <time dateTime={item.at} title={day(item.at)}>{ago(item.at, now)}</time>
        </div>
        <p className={wide ? undefined : 'clamp'}>{item.detail}</p>
        {wide && item.lines.length > 0 && (
          <ul className="findings">
            {item.lines.map((line) => <li key={line}>{line}</li>)}
          </ul>
        )}
        {acknowledge.error && <p className="refusal" role="alert">{acknowledge.error.message}</p>}
        <div className="attention-foot">
          {item.kind === 'alert' && (item.acknowledged
            ? <span className="muted">{t.acknowledged}</span>
            : <Button size="compact-sm" variant="default" disabled={!mayAcknowledge} loading={acknowledge.isPending} onClick={() => acknowledge.mutate()}>{t.acknowledge}</Button>)}
          {item.kind !== 'alert' && (
            <Button size="compact-sm" variant="default" onClick={() => go(withQuery('stage', stageOf[item.kind]))}>{t.stages[stageOf[item.kind]]}</Button>
          )}
          <button type="button" className="quiet" aria-expanded={wide} onClick={() => setWide(!wide)}>{wide ? t.less : t.details}</button>
          <span className="position">#{item.position}</span>
        </div>
      </div>
    </li>
  );
}
