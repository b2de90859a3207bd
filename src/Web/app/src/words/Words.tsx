import { createContext, useContext, useEffect, useMemo, type ReactNode } from 'react';
import { useAddress } from '../frame/address';
import { de } from './de';
import { en, type Words } from './en';

export type Language = 'de' | 'en';

interface Spoken {
  t: Words;
  language: Language;
  number: (value: number, digits?: number) => string;
  time: (at: string | Date) => string;
  day: (at: string | Date) => string;
  ago: (at: string, now: number) => string;
}

const Context = createContext<Spoken | null>(null);

/** The language the browser asks for; ?lang= says otherwise. */
export function WordsProvider({ children }: { children: ReactNode }) {
  const { query } = useAddress();
  const asked = query.get('lang') ?? navigator.language;
  const language: Language = asked.toLowerCase().startsWith('de') ? 'de' : 'en';

  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);

  const spoken = useMemo<Spoken>(() => {
    const t = language === 'de' ? de : en;
    const locale = language === 'de' ? 'de-DE' : 'en-GB';
    const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' });
    const full = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' });
    const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' });
    return {
      t,
      language,
      number: (value, digits = 0) => new Intl.NumberFormat(locale, { maximumFractionDigits: digits, minimumFractionDigits: 0 }).format(value),
      time: (at) => clock.format(new Date(at)),
      day: (at) => full.format(new Date(at)),
      ago: (at, now) => {
        const seconds = Math.max(0, Math.round((now - new Date(at).getTime()) / 1000));
        if (seconds < 5) return t.justNow;
        if (seconds < 60) return relative.format(-seconds, 'second');
        if (seconds < 3600) return relative.format(-Math.round(seconds / 60), 'minute');
        if (seconds < 86_400) return relative.format(-Math.round(seconds / 3600), 'hour');
        return relative.format(-Math.round(seconds / 86_400), 'day');
      },
    };
  }, [language]);

  return <Context.Provider value={spoken}>{children}</Context.Provider>;
}

export function useWords(): Spoken {
  const spoken = useContext(Context);
  if (!spoken) throw new Error('useWords outside of WordsProvider');
  return spoken;
}

/** Fills {name} with values. */
export function fill(sentence: string, values: Record<string, string | number>): string {
  return sentence.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? '–'));
}
