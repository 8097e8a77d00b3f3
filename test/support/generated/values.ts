/** Values from a schema: such as it takes, and such as lie at its bounds, just beyond them, or are of another kind. */
import fc, { type Arbitrary } from 'fast-check';
import { MAX_ID } from '../../../src/http/schema.ts';
import { type Json, resolveIn } from './document.ts';
import { ANY, FORMATS, LETTERS, OTHER_KINDS, STRANGE_NAMES, TEXTS } from './samples.ts';

/** What exists was made first: small ids are mostly there. */
const LIKELY_ID = 9;
/** Longer text is slow to make and to send, so it comes seldom. */
const LONG = 20_000;

const sized = (schema: Json): [min: number, max: number] => [schema.minLength ?? 0, schema.maxLength ?? 500];

/** An object with a member of any name, `__proto__` too. */
const withMember = (object: object, name: string, value: unknown): object =>
  Object.defineProperty({ ...object }, name, { value, enumerable: true, configurable: true, writable: true });

const without = (object: object, name: string): object =>
  Object.fromEntries(Object.entries(object).filter(([each]) => each !== name));

/** Metadata of any depth: JSON in JSON. */
const nested = (depth: number): unknown =>
  depth === 0 ? 1 : depth % 2 ? { a: nested(depth - 1) } : [nested(depth - 1)];

/** Many schemas are alike, and what makes their values is slow to build. */
const oncePerSchema = (make: (schema: Json) => Arbitrary<unknown>) => {
  const made = new Map<string, Arbitrary<unknown>>();
  return (schema: Json): Arbitrary<unknown> => {
    const key = JSON.stringify(schema);
    const arbitrary = made.get(key) ?? make(schema);
    made.set(key, arbitrary);
    return arbitrary;
  };
};

/** Makes values for the schemas of a document. */
export const createValues = (document: Json) => {
  const resolve = resolveIn(document);
  const typeOf = ({ type }: Json): string => [type].flat().find((name) => name !== 'null');
  const takesNull = ({ type }: Json) => [type].flat().includes('null');

  const goodText = (schema: Json): Arbitrary<string> => {
    const [min, max] = sized(schema);
    const fits = (text: string) =>
      text.isWellFormed() && !text.includes('\0') && new RegExp(schema.pattern ?? '', 'u').test(text);
    if (schema.format in FORMATS) return FORMATS[schema.format]?.good.filter(fits) as Arbitrary<string>;
    if (schema.pattern?.startsWith('^'))
      return fc
        .stringMatching(new RegExp(schema.pattern, 'u'), { size: 'small' })
        .filter((text) => text.length >= min && text.length <= max);
    const known = TEXTS.filter((text) => fits(text) && text.length >= min && text.length <= max);
    return fc.oneof(
      { weight: 2, arbitrary: fc.constantFrom(...known) },
      {
        weight: 2,
        arbitrary: fc.string({ unit: LETTERS, minLength: min, maxLength: Math.min(max, 60) }).filter(fits),
      },
      {
        weight: 1,
        arbitrary: fc.string({ unit: ANY, minLength: min, maxLength: Math.min(max, 20) }).filter(fits),
      },
    );
  };

  const goodInteger = ({ minimum = 0, maximum = MAX_ID }: Json): Arbitrary<number> =>
    maximum === MAX_ID && minimum === 1
      ? fc.oneof(
          { weight: 6, arbitrary: fc.integer({ min: 1, max: LIKELY_ID }) },
          { weight: 1, arbitrary: fc.integer({ min: 1, max: MAX_ID }) },
        )
      : fc.integer({ min: minimum, max: maximum });

  const goodObject = (schema: Json): Arbitrary<object> => {
    if (!schema.properties)
      return fc.dictionary(fc.constantFrom('a', 'b', 'constructor', '日本'), fc.jsonValue({ maxDepth: 3 }), {
        maxKeys: 4,
      });
    const members = Object.fromEntries(Object.entries(schema.properties).map(([name, member]) => [name, good(member)]));
    return fc
      .record(members, { requiredKeys: schema.required ?? [], noNullPrototype: true })
      .filter((object) => Object.keys(object).length >= (schema.minProperties ?? 0));
  };

  const makeGood = (given: Json): Arbitrary<unknown> => {
    const schema = resolve(given);
    if (schema.anyOf) return fc.oneof(...schema.anyOf.map(good));
    if (schema.enum) return fc.constantFrom(...schema.enum);
    const made: Record<string, () => Arbitrary<unknown>> = {
      null: () => fc.constant(null),
      string: () => goodText(schema),
      integer: () => goodInteger(schema),
      boolean: () => fc.boolean(),
      array: () => {
        const bounds = { minLength: schema.minItems ?? 0, maxLength: Math.min(schema.maxItems ?? 5, 5) };
        return schema.uniqueItems ? fc.uniqueArray(good(schema.items), bounds) : fc.array(good(schema.items), bounds);
      },
      object: () => goodObject(schema),
    };
    const arbitrary = made[typeOf(schema) ?? 'null']?.() as Arbitrary<unknown>;
    return takesNull(schema) ? fc.option(arbitrary, { nil: null, freq: 6 }) : arbitrary;
  };

  const oddText = (schema: Json): Arbitrary<string> => {
    const [min, max] = sized(schema);
    const lengths = [min - 1, min, min + 1, max - 1, max, max + 1].filter((length) => length >= 0 && length <= LONG);
    const bad = FORMATS[schema.format]?.bad ?? TEXTS;
    const bounds = fc.tuple(fc.constantFrom('x', 'x', '漢', '𝒢'), fc.constantFrom(...(lengths.length ? lengths : [0])));
    return fc.oneof(
      { weight: 4, arbitrary: bounds.map(([unit, length]) => unit.repeat(length)) },
      { weight: 4, arbitrary: fc.constantFrom(...bad) },
      { weight: 2, arbitrary: fc.constantFrom(...TEXTS) },
      {
        weight: 2,
        arbitrary: fc
          .tuple(goodText(schema), fc.constantFrom(' ', '\n', '-', 'É', '\0'))
          .map((parts) => parts.join('')),
      },
      ...(max > LONG && max < 1e6
        ? [{ weight: 1, arbitrary: fc.constantFrom('x'.repeat(max + 1), '𝒢'.repeat(max)) }]
        : []),
    );
  };

  const oddInteger = ({ minimum = 0, maximum = MAX_ID }: Json): Arbitrary<unknown> =>
    fc.constantFrom(
      minimum - 1,
      minimum,
      maximum,
      maximum + 1,
      minimum + 0.5,
      -minimum,
      2 ** 53,
      `${minimum}`,
      MAX_ID,
      MAX_ID + 1,
      1e21,
    );

  const oddList = (schema: Json): Arbitrary<unknown> => {
    const { minItems = 0, maxItems = 20, items } = schema;
    const lengths = [minItems - 1, minItems, maxItems, maxItems + 1].filter((length) => length >= 0);
    return fc.oneof(
      fc.tuple(good(items), odd(items)).map((list) => list),
      good(items).map((item) => [item, item]),
      fc
        .tuple(good(items), fc.constantFrom(...lengths))
        .map(([item, length]) =>
          Array.from({ length }, (_, i) =>
            typeof item === 'number' ? i + 1 : typeof item === 'string' && !items.enum ? `${item}${i}` : item,
          ),
        ),
      good(items), // not in a list
    );
  };

  const oddObject = (schema: Json): Arbitrary<unknown> => {
    const names = Object.keys(schema.properties ?? {});
    const changed = (name: string) =>
      fc
        .tuple(goodObject(schema), odd(schema.properties[name]))
        .map(([object, value]) => withMember(object, name, value));
    return fc.oneof(
      ...(names.length ? [{ weight: 3 * Math.min(names.length, 4), arbitrary: fc.oneof(...names.map(changed)) }] : []),
      {
        weight: 2,
        arbitrary: fc
          .tuple(goodObject(schema), fc.constantFrom(...STRANGE_NAMES), fc.constantFrom<unknown>(1, null, {}, { a: 1 }))
          .map(([object, name, value]) => withMember(object, name, value)),
      },
      ...(schema.required ?? []).map((name: string) => goodObject(schema).map((object) => without(object, name))),
      ...(names.length
        ? [fc.constant({})]
        : [fc.constantFrom(nested(9), nested(10), nested(11), nested(70), { a: 'x'.repeat(16_400) })]),
    );
  };

  const makeOdd = (given: Json): Arbitrary<unknown> => {
    const schema = resolve(given);
    if (schema.anyOf) return fc.oneof(...schema.anyOf.map(odd));
    const others = fc.constantFrom<unknown>(...OTHER_KINDS);
    if (schema.enum)
      return fc.oneof(
        others,
        fc.constantFrom(...schema.enum.map((word: string) => `${word} `.toUpperCase()), ...STRANGE_NAMES),
      );
    const made: Record<string, () => Arbitrary<unknown>> = {
      string: () => oddText(schema),
      integer: () => oddInteger(schema),
      array: () => oddList(schema),
      object: () => oddObject(schema),
    };
    const own = made[typeOf(schema) ?? 'null']?.();
    return own ? fc.oneof({ weight: 3, arbitrary: own }, { weight: 1, arbitrary: others }) : others;
  };

  /** A value that the schema takes. */
  const good = oncePerSchema(makeGood);
  /** A value that the schema may not take; the document is asked. */
  const odd = oncePerSchema(makeOdd);
  return { good, odd };
};
