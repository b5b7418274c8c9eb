import { expect, test } from 'vitest';
import { runWireFuzz } from './wire-fuzz.ts';

test('nonsense on the SQL port costs its sender the connection, and nobody else anything', async () => {
  const report = await runWireFuzz({ packets: 6_000, firstSeed: 1, ipBase: '127.34.1.1' });
  expect(report).toMatchObject({ failures: [], findings: [] });
  expect(report.packets).toBeGreaterThanOrEqual(6_000);
  expect(report.witnessed).toBeGreaterThan(0);
});
