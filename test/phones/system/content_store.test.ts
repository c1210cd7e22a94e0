import { createHash, randomBytes } from 'node:crypto';
import { ContentStore } from '../../../phones/system/content_store';

const large = 100_000;

test('equal large files of several phones are one buffer', () => {
  const store = new ContentStore();
  const content = randomBytes(large);
  const first = store.intern([content.subarray(0, 10), content.subarray(10)]);
  const second = store.intern([content]);
  expect(second).toBe(first);
  expect(first.equals(content)).toBe(true);
});

test('different files stay different, and small ones are not shared', () => {
  const store = new ContentStore();
  expect(store.intern([randomBytes(large)])).not.toBe(store.intern([randomBytes(large)]));
  const small = Buffer.from('small');
  expect(store.intern([small])).not.toBe(store.intern([small]));
  expect(store.intern([small])).toEqual(small);
});

test('a digest is the SHA-256, asked once or often', () => {
  const store = new ContentStore();
  const content = store.intern([randomBytes(large)]);
  const digest = createHash('sha256').update(content).digest('hex');
  expect([store.digest(content), store.digest(content)]).toEqual([digest, digest]);
});

test('files that nobody holds any more leave the others findable', () => {
  const store = new ContentStore();
  const held = store.intern([Buffer.alloc(large, 'held')]);
  for (let index = 0; index < 300; index += 1) store.intern([Buffer.alloc(65_536, `${index}`)]);
  expect(store.intern([Buffer.alloc(large, 'held')])).toBe(held);
});
