/** All routes. The HTTP layer and the use cases are typed by it: a route without its use case does not compile. */
import { accessKeyRoutes } from './access-key-routes.ts';
import { agentRoutes } from './agent-routes.ts';
import { auditRoutes } from './audit-routes.ts';
import { clusterFigureRoutes } from './cluster-figure-routes.ts';
import { clusterOperationRoutes } from './cluster-operation-routes.ts';
import { clusterRoutes } from './cluster-routes.ts';
import { hostRoutes } from './host-routes.ts';
import { hostTypeRoutes } from './host-type-routes.ts';
import { membershipRoutes } from './membership-routes.ts';
import { profileRoutes } from './profile-routes.ts';
import { roleRoutes } from './role-routes.ts';
import type { Route, RouteInput, RouteOutput } from './route.ts';
import { serverRoutes } from './server-routes.ts';
import { sessionRoutes } from './session-routes.ts';
import { systemRoutes } from './system-routes.ts';
import { taskRoutes } from './task-routes.ts';
import { userRoutes } from './user-routes.ts';
import { zoneRoutes } from './zone-routes.ts';

export const routes = {
  ...clusterRoutes,
  ...clusterFigureRoutes,
  ...clusterOperationRoutes,
  ...serverRoutes,
  ...membershipRoutes,
  ...hostRoutes,
  ...hostTypeRoutes,
  ...agentRoutes,
  ...profileRoutes,
  ...zoneRoutes,
  ...taskRoutes,
  ...systemRoutes,
  ...accessKeyRoutes,
  ...userRoutes,
  ...roleRoutes,
  ...sessionRoutes,
  ...auditRoutes,
} as const satisfies Record<string, Route>;

export type OperationId = keyof typeof routes;
export type InputOf<Id extends OperationId> = RouteInput<(typeof routes)[Id]>;
export type OutputOf<Id extends OperationId> = RouteOutput<(typeof routes)[Id]>;

export const operationIds = Object.keys(routes) as OperationId[];
