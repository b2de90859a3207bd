import { Button, PasswordInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState, type FormEvent } from 'react';
import { Away, Refused, api } from '../api/client';
import { go } from '../frame/address';
import { LoopMark } from '../look/StageIcon';
import { useWords } from '../words/Words';

/** Takes a token, or a one-time code behind the # of its address. What it gets is a cookie that no script can read. */
export function SignIn() {
  const { t } = useWords();
  const queries = useQueryClient();
  const [token, setToken] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const tried = useRef(false);

  const enter = useCallback(
    async (credential: { token: string } | { code: string }) => {
      setBusy(true);
      setError(null);
      try {
        await api.signIn(credential);
        await queries.invalidateQueries();
        if (window.location.pathname === '/signin') go('/', true);
      } catch (e) {
        setError(e instanceof Away ? t.unreachable : e instanceof Refused && 'code' in credential ? t.linkSpent : (e as Error).message);
      } finally {
        setBusy(false);
      }
    },
    [queries, t],
  );

  useEffect(() => {
    const code = window.location.hash.slice(1);
    if (window.location.pathname !== '/signin' || code === '' || tried.current) return;
    tried.current = true; // it works once
    window.history.replaceState(null, '', '/signin');
    void enter({ code });
  }, [enter]);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (token.trim() !== '') void enter({ token: token.trim() });
  };

  return (
    <main className="alone">
      <form className="alone-card" onSubmit={submit} aria-busy={busy}>
        <div className="brand big">
          <LoopMark size={30} /> Takt
        </div>
        <h1>{busy ? t.signingIn : t.signIn}</h1>
        <p>{t.signInMore}</p>
        <code className="snippet">takt token show</code>
        <PasswordInput
          label={t.token}
          description={t.tokenHint}
          value={token}
          onChange={(event) => setToken(event.currentTarget.value)}
          error={error}
          autoComplete="off"
          spellCheck={false}
          autoFocus
          data-testid="token"
        />
        <Button type="submit" loading={busy} fullWidth mt={4} data-testid="sign-in">
          {t.signIn}
        </Button>
      </form>
    </main>
  );
}
