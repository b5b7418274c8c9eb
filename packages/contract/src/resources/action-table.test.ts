import { describe, expect, it } from 'vitest';
import { serverOffers, serverStatusesOffering, zoneOffers, zoneStatusesOffering } from './action-table.ts';

describe('the action table', () => {
  it('offers a stop of the process wherever there may be one, and a start wherever there may be none', () => {
    expect(serverStatusesOffering('stopProcess')).toEqual(['RUNNING', 'SERVICE_STOPPING', 'SERVICE_STOPPED']);
    expect(serverStatusesOffering('start')).toEqual(['UNAVAILABLE', 'SERVICE_STOPPED', 'PROCESS_STOPPED']);
  });

  it('offers nothing while an operation runs', () => {
    expect(serverOffers('PROCESS_STOPPING', 'stopProcess')).toBe(false);
    expect(serverOffers('STARTING', 'start')).toBe(false);
    expect(zoneOffers('OPERATING', 'stop')).toBe(false);
  });

  it('offers a zone the way back from every kind of stop', () => {
    expect(zoneStatusesOffering('start')).toEqual(['SERVICE_STOPPED', 'STOPPED']);
    expect(zoneOffers('RUNNING', 'stop')).toBe(true);
  });
});
