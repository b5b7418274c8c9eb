/**
 * A program: node bare-chains.ts DATABASE_URL
 *
 * No engine: the rows that a chain of 8 writes into our tables, in the same 9 commits, by prepared statements, and nothing else.
 * What is faster than this has other tables or another disk. Chains in flight share their commits.
 */
import { DatabaseSync } from 'node:sqlite';
import { openDatabase } from '../../packages/server/src/store/database.ts';
import { stepsPerChain } from './chain-operation.ts';
import { serveChains } from './serve-chains.ts';

interface Chain {
  readonly submission: string;
  taskId: number;
  subtaskIds: readonly number[];
  /** How many of its steps are done. */
  done: number;
  readonly ended: PromiseWithResolvers<void>;
}

const url = process.argv[2] ?? '';
await (await openDatabase(url)).close();
const database = new DatabaseSync(url.slice('sqlite:'.length));
database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma wal_autocheckpoint = 4000');

const begin = database.prepare('begin immediate');
const commit = database.prepare('commit');
const newTask = database.prepare(`
  insert into task (definition, name, status, operation, prohibit_rollback, parameters_json, attributes_json, claims_json,
    submitter_id, submitter_name, owner, fence, revision, last_change, submission, create_time, start_time)
  values ('bare', 'Chain', 'RUNNING', 'EXECUTE', 0, '{}', '{}', '[]', 1, 'bench', 'bare', 0, 1, ?, ?, ?, ?)`);
const newSubtask = database.prepare(`
  insert into subtask (task_id, step, name, parallel_idx, timeout_ms, prohibit_rollback, prohibit_skip, upstream_steps_json,
    status, operation, mode, attempt, create_time)
  values (?, ?, ?, -1, 600000, 0, 0, ?, ?, 'EXECUTE', 'run', ?, ?)`);
const newOwnership = database.prepare(
  "insert into task_ownership (task_id, owner, create_time) values (?, 'bare', ?)",
);
const setFence = database.prepare('update task set fence = ?, revision = revision + 1 where id = ?');
const changeTask = database.prepare(
  "update task set last_change = ?, revision = revision + 1 where id = ? and owner = 'bare'",
);
const endTask = database.prepare(`
  update task set last_change = ?, status = 'SUCCESSFUL', owner = null, finish_time = ?, revision = revision + 1
  where id = ? and owner = 'bare'`);
const endSubtask = database.prepare(`
  update subtask set status = 'SUCCESSFUL', annotations_json = '{}', finish_time = ? where id = ?`);
const startSubtask = database.prepare(`
  update subtask set status = 'RUNNING', attempt = 1, start_time = ?, executor = 'bare' where id = ?`);
const newLine = database.prepare(`
  insert into subtask_log (task_id, subtask_id, attempt, operation, level, time, text)
  values (?, ?, 1, 'EXECUTE', 'INFO', ?, ?)`);

function create(chain: Chain, now: number): void {
  const { submission } = chain;
  chain.taskId = Number(newTask.run(submission, submission, now, now).lastInsertRowid);
  chain.subtaskIds = Array.from({ length: stepsPerChain }, (_, step) => {
    const upstreams = step === 0 ? '[]' : `[${step - 1}]`;
    const [status, attempt] = step === 0 ? ['RUNNING', 1] : ['PENDING', 0];
    const name = `Step ${step + 1}`;
    return Number(newSubtask.run(chain.taskId, step, name, upstreams, status, attempt, now).lastInsertRowid);
  });
  setFence.run(newOwnership.run(chain.taskId, now).lastInsertRowid, chain.taskId);
  tellStart(chain.taskId, chain.subtaskIds[0] ?? 0, now);
}

function tellStart(taskId: number, subtaskId: number, now: number): void {
  newLine.run(taskId, subtaskId, now, `Run subtask, id=${subtaskId}, name=Step, attempt=1, executor=bare`);
}

function advance(chain: Chain, now: number): void {
  const { taskId, subtaskIds, done } = chain;
  const [ending = 0, starting] = subtaskIds.slice(done);
  const change = crypto.randomUUID();
  if (starting === undefined) endTask.run(change, now, taskId);
  else changeTask.run(change, taskId);
  endSubtask.run(now, ending);
  const text = `Set state for subtask: ${ending}, current state: RUNNING, new state: SUCCESSFUL`;
  newLine.run(taskId, ending, now, text);
  if (starting !== undefined) {
    startSubtask.run(now, starting);
    tellStart(taskId, starting, now);
  }
  chain.done += 1;
}

let waiting: Chain[] = [];

/** One commit for everything that is ready. */
function turn(): void {
  const chains = waiting;
  waiting = [];
  const now = Date.now();
  begin.run();
  for (const chain of chains) {
    if (chain.taskId === 0) create(chain, now);
    else advance(chain, now);
  }
  commit.run();
  for (const chain of chains) {
    if (chain.done === stepsPerChain) chain.ended.resolve();
    else getReady(chain);
  }
}

function getReady(chain: Chain): void {
  if (waiting.length === 0) setImmediate(turn);
  waiting.push(chain);
}

serveChains({
  runChain() {
    const ended = Promise.withResolvers<void>();
    getReady({ submission: crypto.randomUUID(), taskId: 0, subtaskIds: [], done: 0, ended });
    return ended.promise;
  },
});
