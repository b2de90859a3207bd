import type { Health } from '../api/types';

/** A shape for each state, so that colour is never the only sign. */
export function StatusGlyph({ health, size = 16 }: { health: Health; size?: number }) {
  const common = { width: size, height: size, viewBox: '0 0 16 16', className: `glyph ${health}`, 'aria-hidden': true } as const;
  switch (health) {
    case 'ok':
      return (
        <svg {...common}>
          <circle cx="8" cy="8" r="7" fill="currentColor" />
          <path d="M4.8 8.3 7 10.5l4.2-4.7" fill="none" stroke="var(--on-status)" strokeWidth="1.7" strokeLinecap="round" strokeLinejoin="round" />
        </svg>
      );
    case 'running':
      return (
        <svg {...common}>
          <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeOpacity=".25" strokeWidth="2.2" />
          <path className="turning" d="M8 2a6 6 0 0 1 6 6" fill="none" stroke="currentColor" strokeWidth="2.2" strokeLinecap="round" />
        </svg>
      );
    case 'warn':
      return (
        <svg {...common}>
          <path d="M8 1.2c.5 0 .9.25 1.15.7l5.6 10.3c.5.95-.15 2-1.15 2H2.4c-1 0-1.65-1.05-1.15-2l5.6-10.3c.25-.45.65-.7 1.15-.7Z" fill="currentColor" />
          <path d="M8 5.6v3.6M8 11.6v.1" stroke="var(--on-status)" strokeWidth="1.7" strokeLinecap="round" />
        </svg>
      );
    case 'bad':
      return (
        <svg {...common}>
          <circle cx="8" cy="8" r="7" fill="currentColor" />
          <path d="m5.6 5.6 4.8 4.8m0-4.8-4.8 4.8" stroke="var(--on-status)" strokeWidth="1.7" strokeLinecap="round" />
        </svg>
      );
    default:
      return (
        <svg {...common}>
          <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="1.6" strokeDasharray="2.6 2.1" />
        </svg>
      );
  }
}
