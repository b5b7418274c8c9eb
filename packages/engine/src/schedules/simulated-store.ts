/** A process's way to the shared store: requests and replies take time, get lost, and are held while the process is frozen. */
import type { TaskStore } from '../task-store.ts';
import type { SimulatedProcess, SimulatedTime } from './simulated-time.ts';

export interface StoreWeather {
  /** Time of one way, from 0 to this, milliseconds. */
  readonly latencyMs: number;
  /** Share of requests that never arrive, and of replies that never come. */
  readonly lossRate: number;
  /** Share of requests and replies that are held up on their way, and for how long at most. */
  readonly holdRate: number;
  readonly longestHoldMs: number;
}

/** The caller only knows that no answer came. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

/** The caller shares its name with a process that was started later. */
class InstanceReplaced extends Error {
  override readonly name = 'InstanceReplaced';
}

/** By store and name: the process that acts under it, which is the one that was started last. */
const namesOf = new WeakMap<TaskStore, Map<string, SimulatedProcess>>();

export function reachStore(
  store: TaskStore,
  process: SimulatedProcess,
  time: SimulatedTime,
  random: () => number,
  weather: () => StoreWeather,
): TaskStore {
  const delay = (): number => {
    const { latencyMs, holdRate, longestHoldMs } = weather();
    return random() * (random() < holdRate ? longestHoldMs : latencyMs);
  };
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
  const names = namesOf.get(store) ?? new Map<string, SimulatedProcess>();
  namesOf.set(store, names);
  let hasName = false;
  const takeName = (instance: string): void => {
    if (!hasName) names.set(instance, process);
    hasName = true;
  };
  return {
    create: (task) => call(() => store.create(task)),
    apply: (changes, delivery) => call(() => store.apply(changes, delivery)),
    takeOwnership: (request) => call(() => store.takeOwnership(request)),
    takeOver: (request) => call(() => store.takeOver(request)),
    acquireClaims: (request) => call(() => store.acquireClaims(request)),
    fetch: (taskId) => call(() => store.fetch(taskId)),
    fetchOwnership: (taskId) => call(() => store.fetchOwnership(taskId)),
    renewLease(instance, leaseMs) {
      takeName(instance);
      return call(async () => {
        if (names.get(instance) !== process) throw new InstanceReplaced(instance);
        await store.renewLease(instance, leaseMs);
      });
    },
    dropLease: (instance) =>
      call(async () => {
        if (names.get(instance) === process) await store.dropLease(instance);
      }),
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
