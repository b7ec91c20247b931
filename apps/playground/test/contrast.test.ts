// WCAG 2.2, 1.4.3 and 1.4.11: text 4.5 to 1, edges of fields 3 to 1, by day and by night.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const css = readFileSync(new URL('../page/theme.css', import.meta.url), 'utf8');
const [day = '', night = ''] = css.split('@media (prefers-color-scheme: dark)');

function colours(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/--([\w-]+): (#[\da-f]{6});/g)].map(([, name, value]) => [name, value]));
}

function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map(at => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light! + 0.05) / (dark! + 0.05);
}

describe.each([
  ['by day', colours(day)],
  ['by night', { ...colours(day), ...colours(night) }],
])('the colours %s', (_when, theme) => {
  test.each(['text', 'quiet', 'in', 'out', 'good', 'bad', 'primary'])('%s can be read wherever it stands', name => {
    for (const ground of ['page', 'card', 'field', 'soft']) {
      expect(contrast(theme[name]!, theme[ground]!), `${name} on ${ground}`).toBeGreaterThanOrEqual(4.5);
    }
  });
  test('buttons can be read, fields can be seen', () => {
    expect(contrast(theme['on-primary']!, theme.primary!)).toBeGreaterThanOrEqual(4.5);
    for (const ground of ['card', 'field'])
      expect(contrast(theme['edge-strong']!, theme[ground]!)).toBeGreaterThanOrEqual(3);
  });
});
