import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readConfig } from './config.ts';

const folder = mkdtempSync(join(tmpdir(), 'openocp-config-'));
const file = join(folder, 'agent.json');
const good = {
  listen: { host: '127.0.0.1', port: 2888 },
  host: '127.0.0.1',
  dataDir: '/var/lib/agent',
  homes: ['/home/admin/observer'],
  tls: { certificate: 'a.crt', key: 'a.key', ca: 'ca.crt' },
};

afterAll(() => rmSync(folder, { recursive: true }));

function read(content: unknown) {
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return readConfig(file);
}

test('what is left out gets its default', () => {
  expect(read(good)).toMatchObject({
    tls: { controlPlaneName: 'openocp-control-plane' },
    log: { level: 'info' },
  });
});

test('an unknown or wrong field is refused by name', () => {
  expect(() => read({ ...good, home: '/' })).toThrow(/"home"/);
  expect(() => read({ ...good, homes: ['relative'] })).toThrow(/homes\[0\]/);
  expect(() => read('{')).toThrow('cannot be read as JSON');
});
