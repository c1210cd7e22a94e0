import { readAnswer } from '../../../agent/tools/download_answer';

const largestBytes = 1_000;
const nothing = { sizeBytes: 0, validator: null };

function answer(
  status: number,
  headers: Record<string, string> = {},
  sizeBytes = 0,
): ReturnType<typeof readAnswer> {
  const response = new Response(null, { status, headers });
  return readAnswer(response, { ...nothing, sizeBytes }, largestBytes);
}

describe('what a server made of a request', () => {
  it('for a whole file: its bytes, with what identifies them', () => {
    expect(
      answer(200, {
        'content-length': '10',
        etag: '"v1"',
        'x-goog-hash': `crc32c=AA==,md5=${'A'.repeat(22)}==`,
      }),
    ).toEqual({
      kind: 'bytes',
      fromByte: 0,
      totalBytes: 10,
      validator: '"v1"',
      md5: `${'A'.repeat(22)}==`,
    });
  });

  it('for the rest of one: the bytes from there on', () => {
    const range = { 'content-range': 'bytes 5-9/10', 'last-modified': 'yesterday' };
    expect(answer(206, range, 5)).toMatchObject({
      kind: 'bytes',
      fromByte: 5,
      totalBytes: 10,
      validator: 'yesterday',
    });
  });

  it('for the rest, but the whole file comes: it begins at the beginning', () => {
    expect(answer(200, {}, 5)).toMatchObject({ kind: 'bytes', fromByte: 0, totalBytes: null });
  });

  it.each([
    ['a range that begins elsewhere', 206, { 'content-range': 'bytes 4-9/10' }],
    ['a part without its range', 206, {}],
    ['a range that makes no sense', 206, { 'content-range': 'bytes ten' }],
    ['a range beyond the end', 416, {}],
  ])('%s: start over', (_, status, headers) => {
    expect(answer(status, headers as Record<string, string>, 5)).toEqual({ kind: 'start-over' });
  });

  it.each([408, 425, 429, 500, 502, 503, 504])('%i may pass: it was interrupted', (status) => {
    expect(answer(status)).toMatchObject({
      kind: 'failed',
      failure: { kind: 'interrupted', status },
    });
  });

  it.each([400, 401, 403, 404, 410, 451])('%i stays: it was refused', (status) => {
    expect(answer(status)).toMatchObject({ kind: 'failed', failure: { kind: 'refused', status } });
  });

  it('more bytes than any such file has are refused before they come', () => {
    expect(answer(200, { 'content-length': '1001' })).toMatchObject({
      kind: 'failed',
      failure: {
        kind: 'refused',
        reason: expect.stringContaining('1001 bytes; at most 1000') as string,
      },
    });
    expect(answer(206, { 'content-range': 'bytes 5-9/5000' }, 5)).toMatchObject({ kind: 'failed' });
  });

  it('a weak ETag identifies no bytes', () => {
    expect(answer(200, { etag: 'W/"v1"' })).toMatchObject({ validator: null });
    expect(answer(200, { etag: 'W/"v1"', 'last-modified': 'then' })).toMatchObject({
      validator: 'then',
    });
  });

  it.each([
    ['http://mirror.example/file', 'failed'],
    ['https://mirror.example/file', 'bytes'],
    ['http://127.0.0.1:80/file', 'bytes'],
    ['http://localhost/file', 'bytes'],
  ])('a redirection to %s: %s', (url, kind) => {
    const response = new Response(null, { status: 200 });
    Object.defineProperties(response, { redirected: { value: true }, url: { value: url } });
    expect(readAnswer(response, nothing, largestBytes).kind).toBe(kind);
  });
});
