/** What a control plane that was taken over, or deceived, could ask of an agent: no path leads out of its homes, no text is run. */
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { agentError } from '@openocp/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AgentProcess, command } from './testing/agent-process.ts';
import { makeCertificates } from './testing/certificates.ts';
import { FakeHome } from './testing/fake-home.ts';

let home: FakeHome;
let foreign: FakeHome;
let agent: AgentProcess;

beforeAll(async () => {
  const certificates = await makeCertificates();
  home = new FakeHome();
  foreign = new FakeHome();
  mkdirSync(join(home.path, 'links'));
  symlinkSync(foreign.path, join(home.path, 'links/foreign'));
  symlinkSync('/', join(home.path, 'links/root'));
  agent = new AgentProcess(certificates, [home.path]);
  await agent.start();
});

afterAll(async () => {
  await agent.remove();
  await home.remove();
  await foreign.remove();
});

/** Paths that are somewhere else, in every spelling; `HOME` and `FOREIGN` stand for the two homes. */
const paths = [
  'FOREIGN',
  'HOME/../NAME_OF_FOREIGN',
  'HOME/links/foreign',
  'HOME/links/root/etc',
  'HOME/links/rootFOREIGN',
  'HOME/lib',
  'HOME/..',
  '/',
  '/etc',
  '/proc/self/cwd',
  '/proc/self/rootFOREIGN',
  '//FOREIGN',
  '/HOME/../../../../../etc',
  'HOME%2f..%2f..%2fetc',
  'HOME/%2e%2e/NAME_OF_FOREIGN',
  'HOME/%252e%252e/NAME_OF_FOREIGN',
  'HOME\0',
  'HOME\0/../NAME_OF_FOREIGN',
  'HOME\n',
  'HOME;id',
  'HOME/$(id)',
  '$HOME',
  '~',
  '.',
  '..',
  '',
  '*',
  `HOME/${'a/'.repeat(500)}..`,
];

const spell = (path: string) =>
  path
    .replaceAll('NAME_OF_FOREIGN', basename(foreign.path))
    .replaceAll('FOREIGN', foreign.path)
    .replace('HOME', home.path);

const identity = { bootId: 'b', pid: 1, startTicks: '1', executable: '/sbin/init', cwd: '/' };
const requests = {
  '/v1/processes/inspect': (path: string) => ({ home: path, address: '127.0.0.1', ports: [] }),
  '/v1/homes/prepare': (path: string) => ({ command: command(), home: path }),
  '/v1/processes/start': (path: string) => ({
    command: command(),
    home: path,
    arguments: [],
    deadlineMs: 1000,
  }),
  '/v1/processes/stop': (path: string) => ({
    command: command(),
    home: path,
    process: { ...identity, cwd: path },
    method: 'kill',
    graceMs: 100,
    deadlineMs: 1000,
  }),
} as const;

describe.each(paths.map((path) => [JSON.stringify(path).slice(0, 60), path] as const))(
  'the home %s',
  (_, path) => {
    test.each(Object.entries(requests))('is refused by %s', async (url, bodyOf) => {
      const body = JSON.stringify(bodyOf(spell(path)));
      const answer = await agent.send({ method: 'POST', path: url, body });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      expect(['invalid-request', 'home-not-allowed']).toContain(agentError.parse(answer.body).error);
    });

    test('is refused by the journal, encoded and encoded twice', async () => {
      for (const value of [spell(path), encodeURIComponent(spell(path))]) {
        const answer = await agent.send({ path: `/v1/journal?home=${encodeURIComponent(value)}` });
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(['invalid-request', 'home-not-allowed']).toContain(agentError.parse(answer.body).error);
      }
    });
  },
);

test('nothing was done in another home', () => {
  expect(foreign.events()).toEqual([]);
});

test('a NUL in an argument is refused, and nothing is started', async () => {
  const body = JSON.stringify({ ...requests['/v1/processes/start'](home.path), arguments: ['a\0b'] });
  const answer = await agent.send({ method: 'POST', path: '/v1/processes/start', body });
  expect([answer.status, agentError.parse(answer.body).error]).toEqual([400, 'invalid-request']);
  expect(home.events()).toEqual([]);
});

test('an argument of a start is an argument, whatever a shell would make of it', async () => {
  const mark = join(dirname(home.path), `${basename(home.path)}-injected`);
  const args = [
    `; touch ${mark}`,
    `$(touch ${mark})`,
    `\`touch ${mark}\``,
    `| touch ${mark}`,
    '&& id',
    '\' " \\',
    '*',
    '\n',
  ];
  const { process } = await agent.startProcess({ home: home.path, arguments: args });
  const cmdline = readFileSync(`/proc/${process.pid}/cmdline`, 'utf8').split('\0');
  expect(cmdline.slice(-args.length - 1, -1)).toEqual(args);
  expect(existsSync(mark)).toBe(false);
});
