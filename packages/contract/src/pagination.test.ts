import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { derivePageInfo, pageParameters, unsupportedSort } from './pagination.ts';

const page = z.object(pageParameters(['id', 'name']));

describe('pageParameters', () => {
  it('starts with the first page of ten', () => {
    expect(page.parse({})).toEqual({ page: 1, size: 10 });
  });

  it.each([
    ['name,asc', { field: 'name', direction: 'asc' }],
    ['name,desc', { field: 'name', direction: 'desc' }],
    ['desc,name', { field: 'name', direction: 'desc' }],
    ['name', { field: 'name', direction: 'asc' }],
    ['id, DESC', { field: 'id', direction: 'desc' }],
  ])('sorts by %s', (sort, expected) => {
    expect(page.parse({ sort }).sort).toEqual(expected);
  });

  it.each([
    '',
    ',',
    'asc',
    'name,up',
    'name,asc,desc',
    'id,name',
    'id,asc,name,asc',
    ['id,asc', 'name,asc'],
    5,
  ])('refuses the sort %j', (sort) => {
    expect(page.safeParse({ sort }).success).toBe(false);
  });

  it('tells a field that is not offered apart from a malformed sort', () => {
    const params = (sort: string) => {
      const issue = page.safeParse({ sort }).error?.issues[0];
      return issue?.code === 'custom' ? issue.params : undefined;
    };
    expect(unsupportedSort.parse(params('id; DROP TABLE t,asc'))).toEqual({
      unsupportedSortField: 'id; DROP TABLE t',
      allowed: 'id, name',
    });
    expect(params('id,up')).toBeUndefined();
  });

  it.each([
    { page: 0 },
    { page: '1.5' },
    { size: 0 },
    { size: 2001 },
    { page: '99999999999999999999' },
    { size: '' },
  ])('refuses %j', (parameters) => {
    expect(page.safeParse(parameters).success).toBe(false);
  });

  it('takes the largest page', () => {
    expect(page.parse({ size: '2000', page: '1000000000' })).toEqual({ page: 1_000_000_000, size: 2000 });
  });
});

describe('derivePageInfo', () => {
  it.each([
    [0, 0],
    [1, 1],
    [10, 1],
    [11, 2],
  ])('%d elements are %d pages of ten', (totalElements, totalPages) => {
    expect(derivePageInfo(3, 10, totalElements)).toEqual({ number: 3, size: 10, totalElements, totalPages });
  });
});
