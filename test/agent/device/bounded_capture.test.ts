import fc from 'fast-check';
import { BoundedCapture } from '../../../agent/device/bounded_capture';

describe('BoundedCapture', () => {
  it('keeps the beginning and the end of any stream, and all of a short one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 })),
        fc.nat(50),
        fc.nat(50),
        (chunks, headBytes, tailBytes) => {
          const capture = new BoundedCapture(headBytes, tailBytes);
          for (const chunk of chunks) capture.append(Buffer.from(chunk));
          const whole = Buffer.concat(chunks);
          const { head, tail, droppedBytes } = capture.contents();
          expect(head.length + tail.length + droppedBytes).toBe(whole.length);
          expect(head.equals(whole.subarray(0, head.length))).toBe(true);
          expect(tail.equals(whole.subarray(whole.length - tail.length))).toBe(true);
          expect(
            droppedBytes === 0 ||
              (head.length === headBytes &&
                tail.length >= tailBytes &&
                tail.length < tailBytes + 40),
          ).toBe(true);
        },
      ),
    );
  });
});
