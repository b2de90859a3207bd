import { useSyncExternalStore } from 'react';

// All state of the page is in its address: what is open can be sent to somebody.

const listeners = new Set<() => void>();

function tell() {
  listeners.forEach((listener) => listener());
}

window.addEventListener('popstate', tell);

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useAddress() {
  const href = useSyncExternalStore(subscribe, () => window.location.href);
  const url = new URL(href);
  return { path: url.pathname, query: url.searchParams };
}

export function go(path: string, replace = false) {
  if (replace) window.history.replaceState(null, '', path);
  else window.history.pushState(null, '', path);
  tell();
}

/** The address at hand with one parameter set, or taken out. */
export function withQuery(name: string, value: string | null): string {
  const url = new URL(window.location.href);
  if (value === null) url.searchParams.delete(name);
  else url.searchParams.set(name, value);
  return url.pathname + url.search;
}
