/**
 * OCP's signature of a request, over what came on the wire: the request target and the body's bytes, not what a parser
 * made of them.
 *
 *   signature = Base64(HMAC-SHA1(secret, seven lines joined by "\n"))
 *   METHOD, MD5 of the body, Content-Type, Date, Host, the x-ocp- headers, path?query
 *
 * OCP's text and its own client differ in two places, and a proxy may change the case of a header's name. Each of these
 * spellings says the same, so each is accepted; none of them lets a changed request pass.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export interface SignedRequest {
  readonly method: string;
  /** Path and query as they came. */
  readonly target: string;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
  readonly body: Uint8Array;
}

const ownHeader = /^x-ocp-/i;

function byCodePoint(a: string, b: string): number {
  // Bytes of UTF-8 sort as code points do; UTF-16 units do not.
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function pairsOf(rawHeaders: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2)
    pairs.push([rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '']);
  return pairs;
}

/** Header `name` exactly as sent; several are joined, as Node does. */
function headerValue(pairs: readonly [string, string][], name: string): string {
  return pairs
    .filter(([key]) => key.toLowerCase() === name)
    .map(([, value]) => value)
    .join(',');
}

function ownHeaderLines(pairs: readonly [string, string][], spell: (name: string) => string): string {
  const groups = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    if (!ownHeader.test(name)) continue;
    groups.set(spell(name), [...(groups.get(spell(name)) ?? []), value]);
  }
  return [...groups]
    .sort(([a], [b]) => byCodePoint(a, b))
    .map(([name, values]) => `${name}:${values.join(',')}`)
    .join('\n');
}

function decodePart(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    // A part that is not correctly encoded was signed as it stands.
    return spaced;
  }
}

/** RFC 3986: everything but unreserved characters is encoded. */
function encodePart(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** One, or two when a name has several values: clients join those in two ways. */
function targetLines(target: string): string[] {
  const [path = '', ...rest] = target.split('?');
  const query = rest.join('?');
  if (query === '') return [path];
  const groups = new Map<string, string[]>();
  for (const part of query.split('&')) {
    if (part === '') continue;
    const [name = '', ...value] = part.split('=');
    const key = decodePart(name);
    groups.set(key, [...(groups.get(key) ?? []), decodePart(value.join('='))]);
  }
  const sorted = [...groups]
    .sort(([a], [b]) => byCodePoint(a, b))
    .map(([key, values]) => [encodePart(key), values.sort(byCodePoint).map(encodePart)] as const);
  const lineWith = (comma: string) =>
    `${path}?${sorted.map(([key, values]) => `${key}=${values.join(comma)}`).join('&')}`;
  return [...new Set(['%2C', ','].map(lineWith))];
}

function bodyLine(body: Uint8Array): string {
  return body.length === 0 ? '' : createHash('md5').update(body).digest('hex').toUpperCase();
}

/** Every text that stands for this request; the one OCP's own client makes comes first. Most requests have one alone. */
export function textsToSign({ method, target, rawHeaders, body }: SignedRequest): string[] {
  const pairs = pairsOf(rawHeaders);
  const head = [
    method.toUpperCase(),
    bodyLine(body),
    headerValue(pairs, 'content-type'),
    headerValue(pairs, 'date'),
    headerValue(pairs, 'host'),
  ];
  const spellings = [(name: string) => name.toLowerCase(), (name: string) => name];
  const own = new Set(spellings.map((spell) => ownHeaderLines(pairs, spell)));
  const targets = targetLines(target);
  return [...own].flatMap((lines) => targets.map((line) => [...head, lines, line].join('\n')));
}

export function signText(secret: string, text: string): Buffer {
  return createHmac('sha1', secret).update(text, 'utf8').digest();
}

/** @returns the bytes of the signature when it is right for the request. Takes the same time wherever it differs. */
export function verifySignature(
  request: SignedRequest,
  secret: string,
  signature: string,
): Buffer | undefined {
  const given = Buffer.from(signature, 'base64');
  let right: Buffer | undefined;
  for (const text of textsToSign(request)) {
    const expected = signText(secret, text);
    if (given.length === expected.length && timingSafeEqual(given, expected)) right = expected;
  }
  return right;
}
