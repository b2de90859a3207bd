import { CopyButton } from '@mantine/core';
import { useWords } from '../words/Words';

/** The same from a shell, with the real host. The token stays out of it. */
export function CopyCurl({ path }: { path: string }) {
  const { t } = useWords();
  return (
    <CopyButton value={`curl -H "Authorization: Bearer $TAKT_TOKEN" ${window.location.origin}${path}`}>
      {({ copied, copy }) => <button type="button" className="quiet" onClick={copy}>{copied ? t.copied : t.copyCurl}</button>}
    </CopyButton>
  );
}
