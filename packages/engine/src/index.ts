export * from './operation.ts';
export * from './step-context.ts';
export * from './task.ts';
export * from './task-store.ts';
