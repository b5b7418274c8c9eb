/** Reads a section of a snapshot that cannot be empty: what could not be read is told apart from what is not there. */
import type { Section } from '../domain/cluster-snapshot.ts';

interface Reason {
  readonly reason: string;
}

export function rowsOf<Row>(section: Section<Row>, view: string): readonly Row[] | Reason {
  if (!section.ok) return { reason: `${view} could not be read: ${section.reason}.` };
  if (section.rows.length === 0) return { reason: `${view} came back empty, which cannot be.` };
  return section.rows;
}

export function isReason(rows: readonly unknown[] | Reason): rows is Reason {
  return !Array.isArray(rows);
}
