/** Following what changes. */
import type { App } from './app.ts';
import type { EventHub } from './event-hub.ts';

export function createEvents(hub: Pick<EventHub, 'listen'>): Pick<App, 'eventStream'> {
  return {
    eventStream: ({ permissions }, { clusterId, taskId, lastEventId }) =>
      hub.listen({ permissions, clusterId, taskId }, lastEventId),
  };
}
