import { expect, it } from 'vitest';
import { isForControlPlane } from './control-plane-command.ts';

it.each([
  ['server', true],
  ['server --config openocp.yaml', true],
  ['server --db mysql://a:b@c/d --config x', true],
  ['agent-certificate --host h --out o', true],
  ['user-create --name n', true],
  ['admin reset-password --name n', true],
  ['audit verify', true],
  ['server list', false],
  ['server stop 1 --config x', false],
  ['server --help', false],
  ['server frobnicate', false],
  ['task list', false],
  ['', false],
])('openocp %s: the control plane itself? %s', (line, expected) => {
  expect(isForControlPlane(line.split(' ').filter((word) => word !== ''))).toBe(expected);
});
