import type { Stage, StageName } from '../api/types';
import { go, withQuery } from '../frame/address';
import { StageIcon } from '../look/StageIcon';
import { StatusGlyph } from '../look/StatusGlyph';
import { fill, useWords } from '../words/Words';

/** Clockwise: the upper row from left to right, the lower one back. */
const upper: StageName[] = ['data', 'features', 'training', 'validation'];
const lower: StageName[] = ['monitoring', 'serving', 'deployment', 'registry'];

export function Loop({ stages, now, open }: { stages: Stage[]; now: number; open: StageName | null }) {
  const { t } = useWords();
  const by = new Map(stages.map((stage) => [stage.stage, stage]));
  const card = (name: StageName, row: number, column: number) => {
    const stage = by.get(name);
    return stage ? <StageCard key={name} stage={stage} now={now} open={open === name} row={row} column={column} order={row === 1 ? column : 9 - column} /> : null;
  };
  const running = (name: StageName) => by.get(name)?.health === 'running';
  return (
    <section className="loop" aria-label={t.theLoop} data-testid="loop">
      {upper.map((name, i) => card(name, 1, i + 1))}
      {lower.map((name, i) => card(name, 2, i + 1))}
      {upper.slice(1).map((name, i) => <Arrow key={name} way="right" row={1} column={i + 1} lively={running(name)} />)}
      <Arrow way="down" row={1} column={4} lively={running('registry')} />
      {lower.slice(0, 3).map((name, i) => <Arrow key={name} way="left" row={2} column={i + 1} lively={running(name)} />)}
      <Arrow way="up" row={1} column={1} lively={running('data') || running('training')} />
    </section>
  );
}

function StageCard({ stage, now, open, row, column, order }: { stage: Stage; now: number; open: boolean; row: number; column: number; order: number }) {
  const { t, ago, day, number } = useWords();
  const values = Object.fromEntries(Object.entries(stage.values).map(([name, value]) => [name, typeof value === 'number' ? number(value, value < 10 ? 1 : 0) : value]));
  const said = fill(t.says[stage.code] ?? stage.code, values);
  return (
    <button
      type="button"
      className={`stage ${stage.health}${open ? ' open' : ''}`}
      style={{ gridRow: row, gridColumn: column, order }}
      onClick={() => go(withQuery('stage', stage.stage))}
      data-testid={`stage-${stage.stage}`}
    >
      <span className="stage-head">
        <StageIcon stage={stage.stage} />
        <span className="stage-name">{t.stages[stage.stage]}</span>
        <span className={`state ${stage.health}`}>
          <StatusGlyph health={stage.health} size={14} /> {t.healthOf[`${stage.stage}-${stage.health}`] ?? t.health[stage.health]}
        </span>
      </span>
      <span className="stage-subject">{stage.subject ? shortened(stage.subject) : '–'}</span>
      <span className="stage-foot">
        <span className="stage-said" title={said}>{said}</span>
        {stage.at && <time dateTime={stage.at} title={day(stage.at)}>{ago(stage.at, now)}</time>}
      </span>
    </button>
  );
}

/** Ids of 32 hex digits: the last eight tell apart what the first ones, the time, do not. */
export function shortened(text: string): string {
  return text.replace(/[0-9a-f]{32,64}/g, (id) => (id.length === 32 ? `…${id.slice(-8)}` : `${id.slice(0, 12)}…`));
}

/** Lies in the gap after its cell. */
function Arrow({ way, row, column, lively }: { way: 'left' | 'right' | 'up' | 'down'; row: number; column: number; lively: boolean }) {
  const turn = { right: 0, down: 90, left: 180, up: 270 }[way];
  return (
    <span className={`arrow ${way === 'left' || way === 'right' ? 'across' : 'along'}${lively ? ' lively' : ''}`} style={{ gridRow: row, gridColumn: column }} aria-hidden>
      <svg width="22" height="12" viewBox="0 0 22 12" style={{ transform: `rotate(${turn}deg)` }}>
        <path d="M1 6h18" /> <path className="tip" d="m15 1.5 5 4.5-5 4.5" />
      </svg>
    </span>
  );
}
