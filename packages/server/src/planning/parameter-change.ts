/** Whether a change of parameters may be sent, and whether it has taken effect. Pure. */

/** What the kernel shows of a parameter on one server. */
export interface ShownParameter {
  readonly name: string;
  readonly dataType: string;
  readonly value: string;
  readonly editLevel: string;
}

export interface WantedValue {
  readonly name: string;
  readonly value: string;
}

export interface ParameterFault {
  readonly kind: 'unknown' | 'readOnly' | 'type' | 'twice';
  readonly name: string;
  readonly reason: string;
}

const truths: Readonly<Record<string, boolean>> = {
  true: true,
  on: true,
  yes: true,
  t: true,
  '1': true,
  false: false,
  off: false,
  no: false,
  f: false,
  '0': false,
};
const timeUnits: Readonly<Record<string, bigint>> = {
  us: 1n,
  ms: 1_000n,
  s: 1_000_000n,
  m: 60_000_000n,
  h: 3_600_000_000n,
  d: 86_400_000_000n,
};
const sizeUnits = ['b', 'k', 'm', 'g', 't', 'p'];

/** Microseconds; the kernel takes a bare number for seconds. */
function readTime(text: string): bigint | undefined {
  const match = /^(\d+)\s*(us|ms|s|m|h|d)?$/i.exec(text);
  const factor = timeUnits[(match?.[2] ?? 's').toLowerCase()];
  return match?.[1] === undefined || factor === undefined ? undefined : BigInt(match[1]) * factor;
}

/** Bytes; the kernel takes a bare number for mebibytes. */
function readCapacity(text: string): bigint | undefined {
  const match = /^(\d+)\s*(?:([kmgtp])b?|(b))?$/i.exec(text);
  if (match?.[1] === undefined) return undefined;
  const unit = (match[2] ?? match[3] ?? 'm').toLowerCase();
  return BigInt(match[1]) << BigInt(10 * sizeUnits.indexOf(unit));
}

/** The value behind the text, where the type has several ways to write one; undefined when it is none of that type. */
function readValue(dataType: string, text: string): string | undefined {
  switch (dataType.toUpperCase()) {
    case 'BOOL':
      return truths[text.toLowerCase()]?.toString();
    case 'INT':
      return /^-?\d{1,19}$/.test(text) ? BigInt(text).toString() : undefined;
    case 'DOUBLE':
      return /^-?\d+(\.\d+)?$/.test(text) ? String(Number(text)) : undefined;
    case 'TIME':
      return readTime(text)?.toString();
    case 'CAPACITY':
      return readCapacity(text)?.toString();
    default:
      return text;
  }
}

/** What speaks against a change before it is sent; ranges are left to the kernel, which alone knows them. */
export function findParameterFaults(
  shown: readonly ShownParameter[],
  wanted: readonly WantedValue[],
): ParameterFault[] {
  const known = new Map(shown.map((parameter) => [parameter.name.toLowerCase(), parameter]));
  const seen = new Set<string>();
  return wanted.flatMap(({ name, value }): ParameterFault[] => {
    const key = name.toLowerCase();
    const parameter = known.get(key);
    if (seen.has(key)) return [{ kind: 'twice', name, reason: 'it is given twice' }];
    seen.add(key);
    if (parameter === undefined) return [{ kind: 'unknown', name, reason: 'there is no such parameter' }];
    if (parameter.editLevel === 'READONLY') return [{ kind: 'readOnly', name, reason: 'it is read-only' }];
    if (readValue(parameter.dataType, value.trim()) !== undefined) return [];
    return [{ kind: 'type', name, reason: `"${value}" is no value of type ${parameter.dataType}` }];
  });
}

/** Whether what is shown is what was wanted, however either is written. */
export function isSameValue(dataType: string, wanted: string, shown: string): boolean {
  if (wanted.trim().toLowerCase() === shown.trim().toLowerCase()) return true;
  const value = readValue(dataType, wanted.trim());
  return value !== undefined && value === readValue(dataType, shown.trim());
}
