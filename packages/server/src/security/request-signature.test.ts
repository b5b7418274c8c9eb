import { describe, expect, it } from 'vitest';
import { type SignedRequest, signText, textsToSign, verifySignature } from './request-signature.ts';

const secret = '2fc0c299cc94c6be266f2ceece765d4d';
const post: SignedRequest = {
  method: 'POST',
  target: '/api/v2/compute/idcs',
  rawHeaders: [
    'Host',
    'ocp.alibaba.net:8080',
    'Content-Type',
    'application/json',
    'Date',
    'Tue, 17 Jan 2023 09:13:57 GMT',
    'x-ocp-data',
    'A,1',
  ],
  body: Buffer.from('{"name":"test01","description":"test","regionId":1}'),
};
const get: SignedRequest = {
  method: 'GET',
  target: '/api/v2/compute/idcs?size=100',
  rawHeaders: [
    'Host',
    'ocp.alibaba.net:8080',
    'Content-Type',
    'application/json;charset=utf-8',
    'Date',
    'Tue, 17 Jan 2023 04:14:02 GMT',
  ],
  body: Buffer.alloc(0),
};
const first = (request: SignedRequest) => textsToSign(request)[0] ?? '';

describe("OCP's own examples", () => {
  it.each([
    ['a POST with a body and a header of its own', post, 'XN8P+O+v3vUabB16ZCooq5wMJoY='],
    ['a GET with a query', get, 'TsQD6HDOuZuJ409m0wdnZPmijlc='],
  ])('%s', (_, request, signature) => {
    expect(signText(secret, first(request)).toString('base64')).toBe(signature);
    expect(verifySignature(request, secret, signature)).toBeDefined();
  });
});

describe('the text that is signed', () => {
  const query = (target: string) =>
    first({ ...get, target })
      .split('\n')
      .at(-1);

  it('sorts the query by code point, joins repeated keys, and encodes as RFC 3986', () => {
    expect(query('/p?b=2&a=1&ab=3&B=4')).toBe('/p?B=4&a=1&ab=3&b=2');
    expect(query('/p?a=2&a=1')).toBe('/p?a=1%2C2');
    expect(query("/p?a=x+y%20z!'()*~-._")).toBe('/p?a=x%20y%20z%21%27%28%29%2A~-._');
    expect(query('/p?\u{1f600}=1&\uff5e=2')).toBe('/p?%EF%BD%9E=2&%F0%9F%98%80=1');
    expect(query('/p?a&b=')).toBe('/p?a=&b=');
    expect(query('/p?a=%zz')).toBe('/p?a=%25zz');
    expect(query('/p?')).toBe('/p');
  });

  it('has every x-ocp- header, sorted, its values in the order they came', () => {
    const rawHeaders = ['X-Ocp-Origin', 'b', 'x-ocp-date', 'z', 'x-ocp-origin', 'a', 'x-other', 'no'];
    const lines = first({ ...get, rawHeaders }).split('\n');
    expect(lines.slice(5, 7)).toEqual(['x-ocp-date:z', 'x-ocp-origin:b,a']);
    expect(lines).toHaveLength(8);
  });

  it('keeps the line of an empty field', () => {
    expect(first({ ...get, rawHeaders: [] }).split('\n')).toEqual([
      'GET',
      '',
      '',
      '',
      '',
      '',
      '/api/v2/compute/idcs?size=100',
    ]);
  });
});

describe('a signature', () => {
  const sign = (text: string) => signText(secret, text).toString('base64');

  it("is right in each spelling that OCP's clients use", () => {
    const request = { ...get, target: '/p?a=2&a=1', rawHeaders: ['X-Ocp-Origin', 'me'] };
    const head = 'GET\n\n\n\n\n';
    for (const text of [
      `${head}x-ocp-origin:me\n/p?a=1%2C2`,
      `${head}X-Ocp-Origin:me\n/p?a=1%2C2`,
      `${head}x-ocp-origin:me\n/p?a=1,2`,
    ])
      expect(verifySignature(request, secret, sign(text))).toBeDefined();
  });

  const changes: [string, Partial<SignedRequest>][] = [
    ['method', { method: 'PUT' }],
    ['path', { target: '/api/v2/compute/idcs2' }],
    ['query', { target: '/api/v2/compute/idcs?x=1' }],
    ['body', { body: Buffer.from('{"name":"test01","description":"test","regionId":2}') }],
    ['absence of the body', { body: Buffer.alloc(0) }],
    ...['Host', 'Content-Type', 'Date', 'x-ocp-data'].map((name): [string, Partial<SignedRequest>] => [
      `header ${name}`,
      {
        rawHeaders: post.rawHeaders.map((text, index) =>
          post.rawHeaders[index - 1] === name ? `${text}1` : text,
        ),
      },
    ]),
    ['one more own header', { rawHeaders: [...post.rawHeaders, 'x-ocp-more', '1'] }],
  ];
  it.each(changes)('does not fit another %s', (_, change) => {
    const signature = sign(first(post));
    expect(verifySignature(post, secret, signature)).toBeDefined();
    expect(verifySignature({ ...post, ...change }, secret, signature)).toBeUndefined();
  });

  it('is wrong when it is cut, empty, of another secret, or no base64', () => {
    const right = sign(first(post));
    for (const wrong of ['', right.slice(0, 8), `AAAA${right}`, '*****'])
      expect(verifySignature(post, secret, wrong)).toBeUndefined();
    expect(verifySignature(post, `${secret}0`, right)).toBeUndefined();
  });
});
