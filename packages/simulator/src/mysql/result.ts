/** What a statement gives, before it takes the form of packets. */
export type Value = null | bigint | number | string | Uint8Array;

/** Column types as the kernel's views declare them, e.g. `varchar(46)`, `bigint`, `timestamp(6)`. */
export interface ResultColumn {
  readonly name: string;
  readonly type: string;
  /** Where the column comes from, if it is one of a table. */
  readonly table?: string;
  readonly originalName?: string;
}

export type StatementResult =
  | { readonly kind: 'ok'; readonly affectedRows: number; readonly info: string }
  | {
      readonly kind: 'rows';
      readonly columns: readonly ResultColumn[];
      readonly rows: readonly (readonly Value[])[];
    };

export const okResult: StatementResult = { kind: 'ok', affectedRows: 0, info: '' };
