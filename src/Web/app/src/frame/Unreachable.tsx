import { useWords } from '../words/Words';
import { StatusGlyph } from '../look/StatusGlyph';

export function Unreachable() {
  const { t } = useWords();
  return (
    <main className="alone">
      <div className="alone-card">
        <StatusGlyph health="warn" size={22} />
        <h1>{t.unreachable}</h1>
        <p>{t.unreachableMore}</p>
        <code className="snippet">takt up</code>
      </div>
    </main>
  );
}
