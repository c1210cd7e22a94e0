import { AdbStream } from '../../../phones/adb/stream';

function recorded(limit: number): { stream: AdbStream; sent: string[] } {
  const sent: string[] = [];
  const stream = new AdbStream(
    {
      sendData: (data) => sent.push(`WRTE ${data.toString()}`),
      sendAcknowledgement: () => sent.push('OKAY'),
      sendClose: () => sent.push('CLSE'),
    },
    limit,
  );
  return { stream, sent };
}

test('one write is outstanding at a time, cut to the payload limit, and the end comes last', () => {
  const { stream, sent } = recorded(4);
  stream.write(Buffer.from('abcdef'));
  stream.write(Buffer.from('gh'));
  stream.end();
  expect(sent).toEqual(['WRTE abcd']);
  stream.handleAcknowledgement();
  expect(sent).toEqual(['WRTE abcd', 'WRTE efgh']);
  stream.handleAcknowledgement();
  expect(sent).toEqual(['WRTE abcd', 'WRTE efgh', 'CLSE']);
  expect(stream.closed.aborted).toBe(true);
});

test('the peer gets its acknowledgement when the service has taken the data', async () => {
  const { stream, sent } = recorded(100);
  let take = (): void => undefined;
  stream.onData(() => new Promise((resolve) => (take = resolve)));
  const handled = stream.handleData(Buffer.from('x'));
  expect(sent).toEqual([]);
  take();
  await handled;
  expect(sent).toEqual(['OKAY']);
});
