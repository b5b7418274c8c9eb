import type { Language } from '@openocp/contract';

/** Longer headers are no list of languages. */
const maxCharacters = 256;

/**
 * The language of an Accept-Language header that the client likes best of those we speak; English without one. Between
 * equals the first wins. Read leniently: OCP's own samples put several languages into one entry.
 */
export function chooseLanguage(header: string | undefined): Language {
  if (header === undefined) return 'en-US';
  const entries = header
    .slice(0, maxCharacters)
    .toLowerCase()
    .matchAll(/(?<![\w-])(en|zh)(?:-[a-z0-9-]*)?(?:\s*;\s*q\s*=\s*([\d.]+))?/g);
  const wanted = [...entries].map(([, tag, quality]) => ({ tag, quality: Number(quality ?? 1) }));
  const [best] = wanted.filter(({ quality }) => quality > 0).sort((a, b) => b.quality - a.quality);
  return best?.tag === 'zh' ? 'zh-CN' : 'en-US';
}
