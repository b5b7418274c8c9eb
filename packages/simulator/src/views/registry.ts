/** Every view, by its name in upper case (names are not case sensitive), as one version of the kernel has it. */
import { isVersionAtLeast } from '../cluster/kernel-version.ts';
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

const all: readonly View[] = [
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
];

/** A process has one version for life. */
const known = new Map<string, ReadonlyMap<string, View>>();

export function viewsOf(version: string): ReadonlyMap<string, View> {
  let views = known.get(version);
  if (views === undefined) {
    views = new Map(all.map((view) => [view.name.toUpperCase(), asOf(view, version)]));
    known.set(version, views);
  }
  return views;
}

function asOf(view: View, version: string): View {
  const columns = view.columns.filter(({ since }) => since === undefined || isVersionAtLeast(version, since));
  return { ...view, columns };
}
