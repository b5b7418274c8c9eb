/** Languages of the API. English is what is stored and logged; another language is put on when an answer leaves. */
export const languages = ['en-US', 'zh-CN'] as const;
export type Language = (typeof languages)[number];
