/**
 * Puts the answers of all use cases into the caller's language. What is stored is English; this is the last thing that
 * happens to an answer before it is wrapped. Which of its fields are words, its shape says. English costs nothing.
 */
import {
  createAnswerTranslator,
  type EventsAnswer,
  type Language,
  type OperationId,
  operationIds,
  type PageOf,
  type Route,
  routes,
  type StreamItem,
} from '@openocp/contract';
import type { App, Caller } from './app.ts';

type AnyUseCase = (caller: Caller | undefined, input: object) => Promise<unknown>;
type Translate = (value: unknown, language: Language) => unknown;

/** The use cases, of which those that answer words answer them in the caller's language. */
export function translateAnswers(app: App): App {
  const wrapped = operationIds.flatMap((id) => {
    const translate = chooseTranslator(id);
    return translate === undefined ? [] : [[id, translated(app[id] as AnyUseCase, translate)] as const];
  });
  return { ...app, ...Object.fromEntries(wrapped) };
}

function translated(useCase: AnyUseCase, translate: Translate): AnyUseCase {
  return async (caller, input) => {
    const output = await useCase(caller, input);
    const language = caller?.language ?? 'en-US';
    return language === 'en-US' ? output : translate(output, language);
  };
}

/** @returns undefined for a route whose answers hold no words */
function chooseTranslator(id: OperationId): Translate | undefined {
  const { answer }: Route = routes[id];
  if (!('schema' in answer)) return undefined;
  const translate = createAnswerTranslator(answer.schema);
  if (translate === undefined) return undefined;
  switch (answer.kind) {
    case 'object':
    case 'json':
      return translate;
    case 'list':
      // The route table ties these kinds to use cases that answer a list, a page, events.
      return (output, language) => (output as readonly unknown[]).map((item) => translate(item, language));
    case 'page':
      return (output, language) => {
        const page = output as PageOf<unknown>;
        return { ...page, contents: page.contents.map((item) => translate(item, language)) };
      };
    case 'session':
      // Its words are names and tokens.
      return undefined;
    case 'events':
      return (output, language) => translateEvents(output as EventsAnswer, translate, language);
  }
}

/** Events are made once for all who follow; whoever wants other words pays for them. */
function translateEvents(answer: EventsAnswer, translate: Translate, language: Language): EventsAnswer {
  const translateItem = (item: StreamItem): StreamItem => {
    if (item.event === undefined || item.json === undefined) return item;
    const { data } = translate({ event: item.event, data: JSON.parse(item.json) }, language) as {
      readonly data: unknown;
    };
    return { ...item, json: JSON.stringify(data) };
  };
  return { signal: answer.signal, items: mapItems(answer.items, translateItem) };
}

/** By hand and not as a generator: one that waits for the next event cannot be ended from outside. */
function mapItems(
  items: EventsAnswer['items'],
  map: (item: StreamItem) => StreamItem,
): EventsAnswer['items'] {
  return {
    [Symbol.asyncIterator]() {
      const source = items[Symbol.asyncIterator]();
      return {
        async next() {
          const step = await source.next();
          return step.done === true
            ? { done: true, value: undefined }
            : { done: false, value: step.value.map(map) };
        },
        async return() {
          await source.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}
