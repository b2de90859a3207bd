import { Button, Modal, NativeSelect, Textarea } from '@mantine/core';
import { useMutation, useQueries, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/client';
import type { Deployment, Revision } from '../api/types';
import { useWords } from '../words/Words';

/** What would change and why, before the click; the server's answer after it: every data plane has acknowledged by then. */
export function RollBack({ deployment, leaving, choices: offered, project, onClose }: { deployment: Deployment; leaving: Revision; choices: Revision[]; project: string; onClose: () => void }) {
  const { t, day } = useWords();
  const queries = useQueryClient();
  // The dialog stays about what stood when it was opened, whatever happens behind it.
  const [from] = useState(leaving);
  const [choices] = useState(offered);
  const before = choices[0]!;
  const [number, setNumber] = useState(before.number);
  const [reason, setReason] = useState('');
  const [asked, setAsked] = useState(false);
  const target = choices.find((r) => r.number === number) ?? before;

  const versions = useQueries({
    queries: [from.modelVersion, target.modelVersion].map((version) => ({
      queryKey: ['model-version', project, version], queryFn: () => api.modelVersion(project, version), staleTime: Infinity, retry: false,
    })),
  });
  const act = useMutation({
    mutationFn: () => api.rollBack(project, deployment.name, target.number, reason.trim()),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['overview', project] }),
  });
  const trained = (i: number) => versions[i]?.data?.provenance.datasets.map((d) => `${d.name}/${d.number}`).join(', ') ?? '…';
  const rows: [string, string, string][] = [
    [t.revision, String(from.number), String(target.number)],
    [t.model, from.modelVersion, target.modelVersion],
    [t.digest, from.model.slice(0, 16), target.model.slice(0, 16)],
    [t.trainedOn, trained(0), trained(1)],
    [t.created, day(from.createdAt), day(target.createdAt)],
  ];

  return (
    <Modal opened onClose={onClose} title={t.rollBackTitle.replace('{name}', deployment.name)} size="lg" centered lockScroll={false} overlayProps={{ blur: 0, backgroundOpacity: 0.45 }} closeButtonProps={{ 'aria-label': t.close }} transitionProps={{ duration: 120 }}>
      {act.isSuccess ? (
        <div className="stack" data-testid="rolled-back">
          <p>{t.rolledBack.replace('{number}', String(target.number))}</p>
          <div className="buttons"><Button onClick={onClose}>{t.close}</Button></div>
        </div>
      ) : (
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            setAsked(true);
            if (reason.trim() !== '') act.mutate();
          }}
        >
          {choices.length > 1 && (
            <NativeSelect label={t.rollBackTo} value={String(target.number)} onChange={(event) => setNumber(Number(event.currentTarget.value))}
              data={choices.map((r) => ({ value: String(r.number), label: `${t.revision} ${r.number} · ${r.modelVersion}` }))} />
          )}
          <table className="diff" data-testid="diff">
            <thead><tr><th /><th>{t.now}</th><th>{t.after}</th></tr></thead>
            <tbody>
              {rows.map(([name, now, after]) => (
                <tr key={name} className={now === after ? 'same' : 'differs'}>
                  <th scope="row">{name}</th>
                  <td><code>{now}</code></td>
                  <td>{now === after ? <span className="muted">{t.same}</span> : <code>{after}</code>}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {deployment.rollout?.status === 'running' && <p className="hint">{t.endsRollout}</p>}
          <Textarea label={t.reason} description={t.reasonHint} value={reason} onChange={(event) => setReason(event.currentTarget.value)} minRows={2} autosize maxLength={1000} data-autofocus
            error={asked && reason.trim() === '' ? t.reasonMissing : undefined} data-testid="reason" />
          {act.error && <p className="refusal" role="alert">{act.error.message}</p>}
          <div className="buttons">
            <Button variant="default" onClick={onClose} type="button">{t.cancel}</Button>
            <Button color="bad" type="submit" loading={act.isPending} data-testid="confirm-roll-back">{t.confirmRollBack.replace('{number}', String(target.number))}</Button>
          </div>
        </form>
      )}
    </Modal>
  );
}
