/** From what came over the wire to what a use case takes, or to OCP's error about it. */
import { OcpError, operationParameters, type Route, unsupportedSort } from '@openocp/contract';
import { z } from 'zod';

/** More findings than this help nobody. */
const MAX_FINDINGS = 20;

const fields = z.record(z.string(), z.unknown());

/**
 * Parameters of one call before they are checked: the body wins over the query, null counts as not given.
 * @param listName of the parameter that a list becomes, where the route takes a list as its body
 */
export function mergeParameters(query: unknown, body: unknown, listName?: string): Record<string, unknown> {
  const isList = Array.isArray(body);
  const bodyFields = fields.safeParse(isList && listName !== undefined ? { [listName]: body } : (body ?? {}));
  if (!bodyFields.success || (isList && listName === undefined)) {
    const expected = listName === undefined ? 'object' : 'list';
    throw new OcpError('INVALID_REQUEST', { reason: `the body must be a JSON ${expected}` });
  }
  const merged = { ...fields.parse(query ?? {}), ...bodyFields.data };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
}

function toOcpError(error: z.ZodError): OcpError {
  const findings = error.issues.slice(0, MAX_FINDINGS).map((issue) => ({
    field: issue.path.join('.'),
    message: issue.message,
  }));
  const [first] = error.issues;
  const sort = unsupportedSort.safeParse(first?.code === 'custom' ? first.params : undefined);
  const field = findings[0]?.field ?? '';
  if (sort.success) {
    const { unsupportedSortField, allowed } = sort.data;
    return new OcpError(
      'SORT_FIELD_UNSUPPORTED',
      { field: unsupportedSortField, allowed },
      { target: field },
    );
  }
  return new OcpError(
    'INVALID_PARAMETER',
    { parameter: field, reason: findings[0]?.message ?? '' },
    { target: field, subErrors: findings },
  );
}

/** @throws OcpError INVALID_PARAMETER, SORT_FIELD_UNSUPPORTED */
export function parseInput<Output>(schema: z.ZodType<Output>, value: unknown): Output {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw toOcpError(result.error);
}

/** What every operation understands. @throws OcpError INVALID_PARAMETER */
export function readConflictChoice(
  { createsTask }: Route,
  sent: Readonly<Record<string, unknown>>,
): z.output<typeof operationParameters> {
  return createsTask === true ? parseInput(operationParameters, sent) : {};
}
