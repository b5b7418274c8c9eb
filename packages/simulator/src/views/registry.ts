/** Every view, by its name in upper case: names are not case sensitive. */
import { eventViews } from './event-views.ts';
import { jobViews } from './job-views.ts';
import { logViews } from './log-views.ts';
import { parameterViews } from './parameter-views.ts';
import { schemaViews } from './schema-views.ts';
import { serverViews } from './server-views.ts';
import { streamViews } from './stream-views.ts';
import { tenantViews } from './tenant-views.ts';
import { unitViews } from './unit-views.ts';
import type { View } from './view.ts';
import { zoneViews } from './zone-views.ts';

export const views: ReadonlyMap<string, View> = new Map(
  [
    ...serverViews,
    ...zoneViews,
    ...tenantViews,
    ...unitViews,
    ...streamViews,
    ...logViews,
    ...eventViews,
    ...jobViews,
    ...parameterViews,
    ...schemaViews,
  ].map((view) => [view.name.toUpperCase(), view]),
);
