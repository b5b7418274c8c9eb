import type { Language } from '@openocp/contract';

/** The first language of an Accept-Language header that we speak; OCP's own samples put several into one entry. */
export function chooseLanguage(header: string | undefined): Language {
  const tags =
    (header ?? '')
      .slice(0, 256)
      .toLowerCase()
      .match(/\b(?:en|zh)\b/g) ?? [];
  return tags[0] === 'zh' ? 'zh-CN' : 'en-US';
}
