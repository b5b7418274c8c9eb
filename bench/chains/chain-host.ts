/** The outer side of a contender: a process of its own that runs chains when told to. */
import { fork } from 'node:child_process';
import { tmpdir } from 'node:os';
import { text } from 'node:stream/consumers';
import { type ChainAnswer, type ChainOrder, chainAnswer } from './serve-chains.ts';

export interface ChainHost {
  run(order: ChainOrder): Promise<ChainAnswer>;
  end(): Promise<void>;
}

/** Resolves when it can take orders. @throws Error with what it wrote when it ends before. */
export async function startChainHost(program: string, args: readonly string[]): Promise<ChainHost> {
  const child = fork(program, args, { cwd: tmpdir(), stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  const written = child.stderr === null ? Promise.resolve('') : text(child.stderr);
  const exited = new Promise<string>((resolve) => child.once('exit', () => resolve(written)));
  const failed = exited.then((output) => Promise.reject(new Error(`${program} has ended\n${output}`)));
  failed.catch(() => undefined);
  const answer = () =>
    Promise.race([new Promise<unknown>((resolve) => child.once('message', resolve)), failed]);
  await answer();
  return {
    async run(order) {
      child.send(order);
      return chainAnswer.parse(await answer());
    },
    async end() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
