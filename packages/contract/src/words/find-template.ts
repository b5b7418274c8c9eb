/**
 * Finds the template that a text was made from, and what stood in its places. No regular expressions: a text may hold
 * whatever a kernel or a host said, and the search must stay linear in its length.
 */

interface Template {
  readonly source: string;
  /** What stands between the places; one more than there are names. */
  readonly pieces: readonly string[];
  readonly names: readonly string[];
}

export interface FoundTemplate {
  readonly source: string;
  readonly args: Readonly<Record<string, string>>;
}

const literalLength = ({ pieces }: Template) => pieces.reduce((sum, piece) => sum + piece.length, 0);

function parseTemplate(source: string): Template {
  const names = [...source.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  return { source, pieces: source.split(/\{\w+\}/), names };
}

/** Each place takes as little as it can, the last one all that is left. */
function match({ source, pieces, names }: Template, text: string): FoundTemplate | undefined {
  const [first = '', ...rest] = pieces;
  if (!text.startsWith(first)) return undefined;
  const args: Record<string, string> = {};
  let from = first.length;
  for (const [index, piece] of rest.entries()) {
    const isLast = index === rest.length - 1;
    const at = isLast ? text.length - piece.length : text.indexOf(piece, from + 1);
    // A place is never empty.
    if (at <= from || !text.startsWith(piece, at)) return undefined;
    args[names[index] ?? ''] = text.slice(from, at);
    from = at + piece.length;
  }
  return from === text.length ? { source, args } : undefined;
}

/** @returns a search that prefers the template that says most by itself */
export function createTemplateFinder(
  sources: readonly string[],
): (text: string) => FoundTemplate | undefined {
  const exact = new Set(sources.filter((source) => !source.includes('{')));
  const templates = sources
    .filter((source) => source.includes('{'))
    .map(parseTemplate)
    .sort((a, b) => literalLength(b) - literalLength(a));
  return (text) => {
    if (exact.has(text)) return { source: text, args: {} };
    for (const template of templates) {
      const found = match(template, text);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}
