import { Drawer } from '@mantine/core';
import type { Stage } from '../api/types';
import { StageIcon } from '../look/StageIcon';
import { StatusGlyph } from '../look/StatusGlyph';
import { fill, useWords } from '../words/Words';
import { CopyCurl } from './CopyCurl';
import { Facts } from './Journal';

const lists: Record<Stage['stage'], string> = {
  data: 'datasets', features: 'overview', training: 'runs', validation: 'verdicts', registry: 'models', deployment: 'deployments', serving: 'deployments', monitoring: 'monitors',
};

export function StagePanel({ stage, project, now, onClose }: { stage: Stage; project: string; now: number; onClose: () => void }) {
  const { t } = useWords();
  return (
    <Drawer opened onClose={onClose} position="right" size="lg" lockScroll={false} overlayProps={{ blur: 0, backgroundOpacity: 0.25 }} closeButtonProps={{ 'aria-label': t.close }} transitionProps={{ duration: 140 }}
      title={<span className="drawer-title"><StageIcon stage={stage.stage} /> {t.stages[stage.stage]}</span>}>
      <div className="stack" data-testid="stage-panel">
        <p className={`state ${stage.health}`}><StatusGlyph health={stage.health} /> {t.healthOf[`${stage.stage}-${stage.health}`] ?? t.health[stage.health]}: {fill(t.says[stage.code] ?? stage.code, stage.values)}</p>
        {stage.subject && <code className="snippet">{stage.subject}</code>}
        <h3>{t.stageRecent} <span className="grow" /> <CopyCurl path={`/api/v1/projects/${project}/${lists[stage.stage]}`} /></h3>
        <Facts facts={stage.recent} now={now} />
      </div>
    </Drawer>
  );
}
