/** A plot of ratios, drawn by hand: a bar for each workload and table, and a line where bare Fastify is. */
import type { Table } from './report.ts';

const COLOURS = ['#1b6ca8', '#f2a541', '#7a9e7e'];
const BAR = 12;
const GAP = 12;
const LEFT = 240;
const WIDTH = 560;
const TOP = 62;

const escapeText = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const text = (x: number, y: number, content: string, more = ''): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${escapeText(content)}</text>`;

/** Draws the ratios of some tables, by rate as bars and by processor time as a stroke across each; SVG. */
export const plot = (tables: readonly Table[]): string => {
  const rows = tables[0]?.rows ?? [];
  const ratios = tables.flatMap((table) => table.rows.flatMap(({ ratios: { bare } }) => [bare.byRate, bare.byCpu]));
  const most = Math.max(1.1, ...ratios.filter(Number.isFinite));
  const x = (ratio: number) => LEFT + (Math.min(ratio, most) / most) * WIDTH;
  const block = tables.length * BAR + GAP;
  const bottom = TOP + rows.length * block;

  const grid = Array.from({ length: Math.floor(most * 4) + 1 }, (_, n) => {
    const [at, isOne] = [x(n / 4), n === 4];
    const line = `<line x1="${at}" x2="${at}" y1="${TOP - 6}" y2="${bottom}" stroke="${isOne ? '#222' : '#ddd'}"/>`;
    return line + text(at, bottom + 16, (n / 4).toFixed(2), 'text-anchor="middle"');
  });
  const bars = rows.flatMap(({ name, title }, place) => {
    const top = TOP + place * block;
    const label = text(LEFT - 8, top + (tables.length * BAR) / 2 + 4, title, 'text-anchor="end"');
    return [
      label,
      ...tables.map((table, n) => {
        const bare = table.rows.find((row) => row.name === name)?.ratios.bare;
        if (!bare) return '';
        const [y, end, cpu] = [top + n * BAR, x(bare.byRate), x(bare.byCpu)];
        const bar = `<rect x="${LEFT}" y="${y}" width="${(end - LEFT).toFixed(1)}" height="${BAR - 2}" fill="${COLOURS[n]}"/>`;
        const stroke = `<line x1="${cpu}" x2="${cpu}" y1="${y - 1}" y2="${y + BAR - 1}" stroke="#000" stroke-width="2"/>`;
        return bar + stroke + text(Math.max(end, cpu) + 5, y + BAR - 3, bare.byRate.toFixed(2), 'font-size="10"');
      }),
    ];
  });
  const key = tables.map(({ settings }, n) => {
    const at = LEFT + n * 130;
    return `<rect x="${at}" y="32" width="10" height="10" fill="${COLOURS[n]}"/>${text(at + 15, 41, settings)}`;
  });
  const title = text(8, 20, 'Galley to bare Fastify with the same bytes (1 = as fast); the stroke: by processor time');
  const size = `width="${LEFT + WIDTH + 60}" height="${bottom + 30}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#fff"/>
${[title, ...key, ...grid, ...bars].join('\n')}
</svg>
`;
};
