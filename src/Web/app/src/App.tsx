import { useQuery } from '@tanstack/react-query';
import { Away, Refused, api } from './api/client';
import { Frame } from './frame/Frame';
import { Home } from './home/Home';
import { useAddress } from './frame/address';
import { SignIn } from './signin/SignIn';
import { Unreachable } from './frame/Unreachable';

export function App() {
  const { path } = useAddress();
  const me = useQuery({ queryKey: ['me'], queryFn: api.me, staleTime: 60_000, retry: false, refetchInterval: (query) => (query.state.error instanceof Away ? 2_000 : false) });

  if (path === '/signin') return <SignIn />;
  if (me.error instanceof Refused && me.error.problem.status === 401) return <SignIn />;
  if (me.error && !me.data) return <Unreachable />;
  if (!me.data) return null;

  const asked = /^\/p\/([^/]+)/.exec(path)?.[1];
  const project = asked ? decodeURIComponent(asked) : first(me.data.projects.map((p) => p.name));
  return (
    <Frame me={me.data} project={project}>
      {project && <Home key={project} me={me.data} project={project} />}
    </Frame>
  );
}

/** Everybody has 'default' from the start; who made one project of his own means that. */
function first(projects: string[]): string | undefined {
  const own = projects.filter((name) => name !== 'default');
  return own.length === 1 ? own[0] : (projects.find((name) => name === 'default') ?? projects[0]);
}
