/** A process's way to the shared store: requests and replies take time, get lost, and are held while the process is frozen. */
import type { TaskStore } from '../task-store.ts';
import type { SimulatedProcess, SimulatedTime } from './simulated-time.ts';

export interface StoreWeather {
  /** Time of one way, from 0 to this, milliseconds. */
  readonly latencyMs: number;
  /** Share of requests that never arrive, and of replies that never come. */
  readonly lossRate: number;
}

/** The caller only knows that no answer came. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

export function reachStore(
  store: TaskStore,
  process: SimulatedProcess,
  time: SimulatedTime,
  random: () => number,
  weather: () => StoreWeather,
): TaskStore {
  const delay = (): number => random() * weather().latencyMs;
  /** What was sent is on its way, whatever happens to the sender. */
  const travel = (): Promise<void> => new Promise((resolve) => time.schedule(delay(), resolve));
  const arrive = (): Promise<void> => process.receive(delay());
  const call = async <T>(work: () => Promise<T>): Promise<T> => {
    // The dead do not speak; the frozen do not get here.
    if (process.isDead) return new Promise(() => {});
    await travel();
    if (random() < weather().lossRate) {
      await arrive();
      throw new ConnectionLost('The request was lost');
    }
    const result = await work();
    await arrive();
    if (random() < weather().lossRate) throw new ConnectionLost('The reply was lost');
    return result;
  };
  return {
    create: (task) => call(() => store.create(task)),
    apply: (changes, delivery) => call(() => store.apply(changes, delivery)),
    takeOwnership: (request) => call(() => store.takeOwnership(request)),
    takeOver: (request) => call(() => store.takeOver(request)),
    acquireClaims: (request) => call(() => store.acquireClaims(request)),
    fetch: (taskId) => call(() => store.fetch(taskId)),
    fetchOwnership: (taskId) => call(() => store.fetchOwnership(taskId)),
    renewLease: (instance, leaseMs) => call(() => store.renewLease(instance, leaseMs)),
    dropLease: (instance) => call(() => store.dropLease(instance)),
    listOrphans: (limit) => call(() => store.listOrphans(limit)),
    listOwned: (owner) => call(() => store.listOwned(owner)),
    listHalfTaken: (instance) => call(() => store.listHalfTaken(instance)),
    giveBack: (task) => call(() => store.giveBack(task)),
    requestCommand: (request, patienceMs) => call(() => store.requestCommand(request, patienceMs)),
    listRequestedCommands: (owner) => call(() => store.listRequestedCommands(owner)),
    fetchCommand: (requestId) => call(() => store.fetchCommand(requestId)),
    withdrawCommand: (requestId) => call(() => store.withdrawCommand(requestId)),
  };
}
