import { ownValue } from '../../common/own_value';

test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
  'a record without %s of its own has none',
  (name) => {
    expect(ownValue({ a: 1 }, name)).toBeUndefined();
  },
);

test('what a record has of its own is found, whatever its name', () => {
  expect(ownValue({ a: 1 }, 'a')).toBe(1);
  expect(ownValue(JSON.parse('{"__proto__": 2}') as Record<string, number>, '__proto__')).toBe(2);
});
