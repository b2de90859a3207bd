import type { FactLine } from '../api/types';
import { useWords } from '../words/Words';
import { CopyCurl } from './CopyCurl';
import { shortened } from './Loop';

export function Journal({ facts, now, project }: { facts: FactLine[]; now: number; project: string }) {
  const { t } = useWords();
  return (
    <section className="card" aria-labelledby="journal">
      <h2 id="journal">
        {t.journal} <small>{t.journalMore}</small> <span className="grow" /> <CopyCurl path={`/api/v1/projects/${project}/overview`} />
      </h2>
      <Facts facts={facts} now={now} />
    </section>
  );
}

export function Facts({ facts, now }: { facts: FactLine[]; now: number }) {
  const { t, ago, day } = useWords();
  if (facts.length === 0) return <p className="muted pad">{t.noFacts}</p>;
  return (
    <table className="facts">
      <tbody>
        {facts.map((fact) => (
          <tr key={fact.position}>
            <td className="position">#{fact.position}</td>
            <td>{t.facts[fact.kind] ?? fact.kind}</td>
            <td><code title={fact.subject}>{shortened(fact.subject)}</code></td>
            <td className="when"><time dateTime={fact.at} title={day(fact.at)}>{ago(fact.at, now)}</time></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
