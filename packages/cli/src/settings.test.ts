import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadSettings } from './settings.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'openocp-cli-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string, mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

const none = () => ({ HOME: folder });

describe('settings', () => {
  it('come from the option, then the environment, then the file, then the default', async () => {
    const config = write('c.yaml', 'url: http://file:1\nuser: file\ncluster: 7\n');
    expect(await loadSettings({}, none())).toMatchObject({ url: 'http://127.0.0.1:8080', user: 'admin' });
    expect(await loadSettings({ config }, none())).toMatchObject({
      url: 'http://file:1',
      user: 'file',
      cluster: '7',
    });
    const environment = { ...none(), OPENOCP_URL: 'http://env:2', OPENOCP_CONFIG: config };
    expect(await loadSettings({}, environment)).toMatchObject({ url: 'http://env:2', user: 'file' });
    expect(await loadSettings({ url: 'https://o:3' }, environment)).toMatchObject({ url: 'https://o:3' });
  });

  it('read a password from a file without its line end', async () => {
    const path = write('password', 'p w\n');
    expect((await loadSettings({}, { ...none(), OPENOCP_PASSWORD_FILE: path })).password).toBe('p w');
    const config = write('c.yaml', `passwordFile: ${path}\n`);
    expect((await loadSettings({ config }, none())).password).toBe('p w');
    expect((await loadSettings({}, none())).password).toBeUndefined();
  });

  it('take a password from the configuration only where nobody else can read it', async () => {
    expect((await loadSettings({ config: write('c.yaml', 'password: x') }, none())).password).toBe('x');
    const open = write('open.yaml', 'password: x', 0o644);
    await expect(loadSettings({ config: open }, none())).rejects.toThrow(`chmod 600 ${open}`);
  });

  it.each([
    ['ulr: http://x', /Unrecognized key: "ulr"/],
    ['url: ftp://x', /must be an http/],
    ['- a', /expected object/],
    ['a: [', /is not YAML/],
  ])('%j is refused with the finding', async (content, finding) => {
    await expect(loadSettings({ config: write('c.yaml', content) }, none())).rejects.toThrow(finding);
  });

  it('miss a file that was named, and no other', async () => {
    await expect(loadSettings({ config: join(folder, 'no.yaml') }, none())).rejects.toThrow('cannot be read');
  });

  it.each([
    [{ LANG: 'zh_CN.UTF-8' }, 'zh-CN'],
    [{ LANG: 'zh_CN.UTF-8', LC_ALL: 'C' }, 'en-US'],
    [{}, 'en-US'],
  ])('take the language of %j as %s', async (environment, language) => {
    expect((await loadSettings({}, { ...none(), ...environment })).language).toBe(language);
  });
});
