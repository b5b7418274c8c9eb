/**
 * Queries of paths that calls of the API take again and again: built and compiled once for a database, then run with other
 * values each time. Kysely's builder costs several times what SQLite needs to find a row by its key.
 */
import type { Compilable, CompiledQuery, Kysely } from 'kysely';
import type { Database } from './schema.ts';

type Value = string | number;

/** A query with more values has so many rows that its building is little, and one for every length would fill the memory. */
const mostValues = 32;
/** Of one database. */
const mostKept = 300;

/** Stands for a value while a query is built. */
class Place {
  readonly index: number;

  constructor(index: number) {
    this.index = index;
  }
}

const keptOf = new WeakMap<Kysely<Database>, Map<string, CompiledQuery<unknown>>>();

/**
 * @param db not a transaction, which is another one each time
 * @param name says which query; it is another one for each number of values
 * @param build gets a place for each of the values, to be handed to Kysely and not looked at. It is called once, so whatever
 * differs from call to call must come to it as a value, or be part of the name.
 * @throws Error when a value has no place in the query
 */
export async function listKept<const Values extends readonly Value[], Row>(
  db: Kysely<Database>,
  name: string,
  values: Values,
  build: (...places: Values) => Compilable<Row>,
): Promise<Row[]> {
  if (values.length > mostValues) return (await db.executeQuery(build(...values))).rows;
  const { parameters, ...query } = keep(db, `${values.length} ${name}`, values.length, build);
  const bound = parameters.map((value) => (value instanceof Place ? values[value.index] : value));
  return (await db.executeQuery({ ...query, parameters: bound } as CompiledQuery<Row>)).rows;
}

/** The same for a query that finds one row or none. */
export async function fetchKept<const Values extends readonly Value[], Row>(
  db: Kysely<Database>,
  name: string,
  values: Values,
  build: (...places: Values) => Compilable<Row>,
): Promise<Row | undefined> {
  return (await listKept(db, name, values, build))[0];
}

function keep<Values extends readonly Value[]>(
  db: Kysely<Database>,
  key: string,
  length: number,
  build: (...places: Values) => Compilable<unknown>,
): CompiledQuery<unknown> {
  let kept = keptOf.get(db);
  if (kept === undefined) {
    kept = new Map();
    keptOf.set(db, kept);
  }
  const known = kept.get(key);
  if (known !== undefined) return known;
  const places = Array.from({ length }, (_, index) => new Place(index));
  const query = build(...(places as unknown as Values)).compile();
  if (!places.every((place) => query.parameters.includes(place)))
    throw new Error(`The query "${key}" has no place for one of its values`);
  if (kept.size >= mostKept) kept.clear();
  kept.set(key, query);
  return query;
}
