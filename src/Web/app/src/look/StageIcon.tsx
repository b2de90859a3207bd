import type { ReactNode } from 'react';
import type { StageName } from '../api/types';

const shapes: Record<StageName, ReactNode> = {
  data: (
    <>
      <ellipse cx="12" cy="6" rx="7" ry="3" />
      <path d="M5 6v12c0 1.7 3.1 3 7 3s7-1.3 7-3V6M5 12c0 1.7 3.1 3 7 3s7-1.3 7-3" />
    </>
  ),
  features: <path d="M4 6h10M18 6h2M4 12h2M10 12h10M4 18h8M16 18h4M16 4v4M8 10v4M14 16v4" />,
  training: <path d="M4 19 9 13l3.5 3L20 7M20 7h-5M20 7v5" />,
  validation: (
    <>
      <path d="M12 3 5 6v5.5c0 4.3 2.9 7.7 7 9.5 4.1-1.8 7-5.2 7-9.5V6l-7-3Z" />
      <path d="m9 12 2.2 2.2L15.2 10" />
    </>
  ),
  registry: <path d="m12 3 8 4.5v9L12 21l-8-4.5v-9L12 3ZM4.3 7.7 12 12l7.7-4.3M12 12v8.7" />,
  deployment: <path d="M12 3c3 2 4.5 5 4.5 8.5L19 15v3l-4.5-1.5h-5L5 18v-3l2.5-3.5C7.5 8 9 5 12 3ZM12 8.5v2M10 20.5h4" />,
  serving: (
    <>
      <rect x="4" y="4" width="16" height="6.5" rx="1.5" />
      <rect x="4" y="13.5" width="16" height="6.5" rx="1.5" />
      <path d="M7.5 7.2h.1M7.5 16.7h.1M11 7.2h5.5M11 16.7h5.5" />
    </>
  ),
  monitoring: <path d="M3 12h4l2.5-7 5 14 2.5-7h4" />,
};

export function StageIcon({ stage, size = 18 }: { stage: StageName; size?: number }) {
  return (
    <svg className="stage-icon" width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.7" strokeLinecap="round" strokeLinejoin="round" aria-hidden>
      {shapes[stage]}
    </svg>
  );
}

export function LoopMark({ size = 22 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="var(--accent)" strokeWidth="2.3" strokeLinecap="round" strokeLinejoin="round" aria-hidden>
      <path d="M20 8.5A8.6 8.6 0 0 0 4.4 8M4 15.5A8.6 8.6 0 0 0 19.6 16" />
      <path d="M20.4 4v4.6h-4.6M3.6 20v-4.6h4.6" />
      <circle cx="12" cy="12" r="2" fill="var(--accent)" stroke="none" />
    </svg>
  );
}
