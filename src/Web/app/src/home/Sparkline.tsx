/** A small curve without axes: the shape of the last two minutes. */
export function Sparkline({ values, width = 120, height = 22 }: { values: number[]; width?: number; height?: number }) {
  if (values.length < 2) return null;
  const top = Math.max(...values, 1e-9);
  const points = values.map((v, i) => `${((i / (values.length - 1)) * (width - 2) + 1).toFixed(1)},${(height - 2 - (v / top) * (height - 4)).toFixed(1)}`);
  return (
    <svg className="sparkline" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden>
      <polygon points={`1,${height - 1} ${points.join(' ')} ${width - 1},${height - 1}`} />
      <polyline points={points.join(' ')} />
    </svg>
  );
}
