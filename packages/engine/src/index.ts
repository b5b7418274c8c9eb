export * from './abort-reasons.ts';
export { type Clock, systemClock, type Unschedule } from './clock.ts';
export { createdTask, type GivenIds, queuedRequest } from './created-task.ts';
export {
  createEngine,
  type Engine,
  type EngineLogger,
  type EngineOptions,
} from './engine.ts';
export * from './engine-errors.ts';
export type { EngineEvent, EngineEvents, EngineListener } from './engine-events.ts';
export { MemoryTaskStore, type MemoryTaskStoreOptions, type StorePoint } from './memory-task-store.ts';
export * from './operation.ts';
export * from './step-context.ts';
export type { SubmitRequest } from './submit-request.ts';
export * from './task.ts';
export * from './task-command.ts';
export * from './task-store.ts';
